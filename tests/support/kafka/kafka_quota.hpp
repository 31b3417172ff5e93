#pragma once
// Quotas of a real Kafka broker in tests.
//
// Thread: any. Errors: std::runtime_error.

#include <string>

namespace sidestream::test {

// Limits clients with this client.id to so many bytes a second, in each direction. 0: no limit.
void set_quota(const std::string& brokers, const std::string& client_id, int bytes_per_second);

}  // namespace sidestream::test
