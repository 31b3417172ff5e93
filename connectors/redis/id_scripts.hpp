#pragma once
// Commands that ask a stream for ids, or for some fields, without its entries. XINFO STREAM and
// XREVRANGE send whole entries, of any size, so a script on the server takes these out of their
// replies. Where the user may not run scripts, the plain commands are used.
//
// Thread: any.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/record.hpp"
#include "connectors/redis/reply.hpp"

namespace sidestream::redis {

class IdScripts {
 public:
  using Clock = std::chrono::steady_clock;

  bool allowed() const;
  // Whether the error refuses the script, not what it does. Then the plain commands are used for a
  // while.
  bool refused_by(std::string_view error);

  // XINFO STREAM; for decode_info().
  std::string info_command(const std::string& log) const;
  // Ids from `newest` backwards, at most `count`; for decode_ids().
  std::string back_command(const std::string& log, Offset newest, std::size_t count) const;
  // The newest entry up to `until` with these fields of it, or with all; for EntryBatch.
  std::string newest_command(const std::string& log, Offset until,
                             const std::vector<std::string>& fields) const;

 private:
  std::atomic<Clock::rep> denied_until_{0};
};

// The reply to back_command(), of the script and of the plain command.
struct IdsBack {
  std::size_t count = 0;
  Offset oldest{0};       // valid if count > 0
  std::size_t bytes = 0;  // of the entries
};
std::optional<IdsBack> decode_ids(const redisReply& reply);

}  // namespace sidestream::redis
