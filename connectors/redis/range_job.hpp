#pragma once
// One query of a stream (extent, locate, back, read) as a state machine without I/O. It names the
// commands to send, takes their replies and, in the end, answers its caller. After a lost
// connection the same commands are sent again.
//
//   commands() -> send -> take(replies) -- false: again from commands()
//                                       -- true: answered
//
// Thread: the range worker's.

#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/redis/reply.hpp"

namespace sidestream::redis {

using Replies = std::vector<Reply>;
using Commands = std::vector<std::string>;

class RangeJob {
 public:
  explicit RangeJob(std::string log) : log_(std::move(log)) {}
  RangeJob(const RangeJob&) = delete;
  RangeJob& operator=(const RangeJob&) = delete;
  virtual ~RangeJob() = default;

  // The commands to send in one write. XINFO STREAM is always the last.
  virtual Commands commands() = 0;
  // Takes the replies to commands(). An error among them can only be "no such key". True: the
  // caller was answered, with Errc::refused if a reply was unexpected. Requires: one reply per
  // command.
  virtual bool take(const Replies& replies) = 0;
  // Answers the caller with an error.
  virtual void fail(Errc error) = 0;

  const std::string& log() const { return log_; }

 protected:
  std::string info_command() const;

 private:
  const std::string log_;
};

using RangeJobPtr = std::unique_ptr<RangeJob>;

}  // namespace sidestream::redis
