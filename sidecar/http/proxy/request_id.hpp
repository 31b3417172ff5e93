#pragma once
// X-Request-Id, which names a request in the logs of all that handle it. Pure except for the random
// numbers.
//
// Thread: any; each has its own rng.

#include <string>
#include <string_view>

namespace sidestream {

// 1 to 128 of A-Z a-z 0-9 . _ ~ : / + = -
bool is_request_id(std::string_view text);
std::string make_request_id();

}  // namespace sidestream
