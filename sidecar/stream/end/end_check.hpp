#pragma once
// Finds out whether a log has ended, when a reader starts: from what is known, else from the
// broker, whose newest record it reads.
//
//   not ended   the tail has read up to the extent's end, and that record ends nothing
//   remembered  by EndedLogs, for the same end of the log
//   asked       the broker, and remembered then
//
// Thread: any, one check at a time. Borrows the name and the topic log.

#include <functional>
#include <memory>
#include <string>

#include "connectors/connector.hpp"
#include "sidecar/stream/end/ended_logs.hpp"
#include "sidecar/stream/log/topic_log.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class EndCheck {
 public:
  // `log` is the broker's name of the log.
  EndCheck(std::shared_ptr<Topic> topic, const std::string& log, TopicLog& topic_log,
           std::shared_ptr<EndedLogs> ended)
      : topic_(std::move(topic)), log_(log), topic_log_(topic_log), ended_(std::move(ended)) {}

  // Only logs with one partition can end.
  bool applies_to(const LogExtent& extent) const {
    return topic_->end.exists() && extent.partitions.size() == 1 && extent.unknown.empty();
  }
  // Calls `done` once, on a connector's thread or before it returns. Errors: the broker's.
  // Requires: applies_to(extent), and the log lives until then.
  void run(const LogExtent& extent, Connector::Callback<LogEnd> done);

 private:
  std::optional<LogEnd> known(const Extent& held) const;

  const std::shared_ptr<Topic> topic_;
  const std::string& log_;
  TopicLog& topic_log_;
  const std::shared_ptr<EndedLogs> ended_;
};

}  // namespace sidestream
