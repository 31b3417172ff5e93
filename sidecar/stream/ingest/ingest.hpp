#pragma once
// Takes what a tail reads into the topic log: encodes it once, appends it, notifies the loops.
//
// Thread: the connector's or a publisher's, one call at a time for each log (the contract of
// TailSink).
// Borrows: all constructor arguments.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "connectors/connector.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/stream/ingest/log_watches.hpp"
#include "sidecar/stream/ingest/record_pipeline.hpp"
#include "sidecar/stream/log/topic_log.hpp"
#include "sidecar/stream/replay/replay.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class Ingest final : public TailSink {
 public:
  // `log` is the broker's name of the log. `on_reset` is called after a reset is in the topic log.
  Ingest(Topic& topic, const std::string& log, TopicLog& topic_log, Replay& replay,
         LogWatches& watches, Logger logger, std::function<void()> on_reset);

  void deliver(std::span<const Record> records) noexcept override;
  void pass(Partition partition, Offset through) noexcept override;
  void lose(const Loss& loss) noexcept override;
  void reset(std::string_view reason, const Position& position) noexcept override;
  void grow(int partitions) noexcept override;

 private:
  void append(EncodedBatch& batch);
  OffsetFormat format() const { return topic_.connector.format(); }

  Topic& topic_;
  const std::string& log_;
  TopicLog& topic_log_;
  Replay& replay_;
  LogWatches& watches_;
  Logger logger_;
  const std::function<void()> on_reset_;
  const RecordPipeline pipeline_;
};

}  // namespace sidestream
