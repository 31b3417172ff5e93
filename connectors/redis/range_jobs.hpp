#pragma once
// The questions that are asked of a stream (extent, locate, back, read), each a small state machine
// without I/O: it says what to ask next, is given the answers, and in the end answers its caller.
// After a lost connection the same is asked again.
//
// Thread: the range worker's.

#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/redis/anchors.hpp"
#include "connectors/redis/reply.hpp"
#include "connectors/redis/stream_info.hpp"
#include "connectors/redis/stream_reply.hpp"

namespace sidestream::redis {

using Replies = std::vector<Reply>;
using Commands = std::vector<std::string>;

class RangeJob {
 public:
  explicit RangeJob(std::string log) : log_(std::move(log)) {}
  RangeJob(const RangeJob&) = delete;
  RangeJob& operator=(const RangeJob&) = delete;
  virtual ~RangeJob() = default;

  // What to ask now, sent in one write. XINFO STREAM is always the last.
  virtual Commands commands() = 0;
  // The answers to those, none an error. True: the caller has been answered. False: commands()
  // again. An answer that makes no sense counts as refused.
  virtual bool take(const Replies& replies) = 0;
  // Answers the caller.
  virtual void fail(Errc error) = 0;

  const std::string& log() const { return log_; }

 protected:
  std::string info_command() const;

 private:
  const std::string log_;
};

using RangeJobPtr = std::unique_ptr<RangeJob>;

RangeJobPtr make_extent_job(std::string log, Connector::Callback<LogExtent> done, Anchors& anchors);
RangeJobPtr make_locate_job(std::string log, Timestamp time, Connector::Callback<Position> done);
RangeJobPtr make_back_job(std::string log, Offset end, std::int64_t count,
                          Connector::Callback<Offset> done);
RangeJobPtr make_read_job(Range range, std::function<void(std::span<const Record>)> deliver,
                          Connector::Callback<Offset> done, ConnectorProbe& probe);

}  // namespace sidestream::redis
