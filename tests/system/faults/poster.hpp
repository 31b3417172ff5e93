#pragma once
// Writes records by POST to a sidecar.
//
// Thread: the producer's. Errors: std::runtime_error if the sidecar does not come back.

#include <optional>
#include <vector>

#include "tests/support/harness/socket.hpp"
#include "tests/system/faults/journal.hpp"

namespace e2e::faults {

class Poster {
 public:
  void attach(const Address& sidecar) { sidecar_ = sidecar; }
  // In order, as BrokerEnv::append(): no offset for what was written once or never.
  std::vector<std::optional<Offset>> append(const std::vector<Record>& records,
                                            std::size_t padding) const;

 private:
  Address sidecar_;
};

}  // namespace e2e::faults
