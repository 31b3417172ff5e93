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
#include "connectors/redis/entry_sizes.hpp"
#include "connectors/redis/id_scripts.hpp"
#include "connectors/redis/rank_cache.hpp"
#include "connectors/redis/reply.hpp"

namespace sidestream::redis {

using Replies = std::vector<Reply>;
using Commands = std::vector<std::string>;

// What all jobs of a connector share.
struct JobContext {
  ConnectorProbe& probe;
  IdScripts& scripts;
  EntrySizes& sizes;
  RankCache& ranks;
};

class RangeJob {
 public:
  RangeJob(std::string log, Activity activity, const JobContext& context)
      : log_(std::move(log)), activity_(activity), context_(context) {}
  RangeJob(const RangeJob&) = delete;
  RangeJob& operator=(const RangeJob&) = delete;
  virtual ~RangeJob() = default;

  // The commands to send in one write.
  virtual Commands commands() = 0;
  // Whether info_command() is among them. It is the last one then.
  virtual bool asks_info() const { return true; }
  // Takes the replies to commands(). An error among them can only be "no such key". True: the
  // caller was answered, with Errc::refused if a reply was unexpected. Requires: one reply per
  // command.
  virtual bool take(const Replies& replies) = 0;
  // Answers the caller with an error.
  virtual void fail(Errc error) = 0;
  // The connection was lost before the replies, perhaps because they were too large for the server.
  // The next commands() ask for less. False: that is impossible.
  virtual bool shrink() { return false; }

  const std::string& log() const { return log_; }
  Activity activity() const { return activity_; }

 protected:
  std::string info_command() const { return context_.scripts.info_command(log_); }
  const JobContext& context() const { return context_; }

 private:
  const std::string log_;
  const Activity activity_;
  const JobContext context_;
};

using RangeJobPtr = std::unique_ptr<RangeJob>;

}  // namespace sidestream::redis
