#include "sidecar/stream/ingest/ingest.hpp"

#include <cassert>
#include <utility>

#include "sidecar/stream/ingest/record_traces.hpp"

namespace sidestream {
namespace {

// Empty between calls; keeps its memory. One for each thread that delivers, not for each log.
EncodedBatch& batch_of_thread() {
  static thread_local EncodedBatch batch;
  return batch;
}

}  // namespace

Ingest::Ingest(Topic& topic, const std::string& log, TopicLog& topic_log, Replay& replay,
               LogWatches& watches, Logger logger, std::function<void()> on_reset)
    : topic_(topic),
      log_(log),
      topic_log_(topic_log),
      replay_(replay),
      watches_(watches),
      logger_(std::move(logger)),
      on_reset_(std::move(on_reset)),
      pipeline_(topic) {}

// All records of a batch become visible together, and each loop is notified once.
void Ingest::append(EncodedBatch& batch) {
  topic_log_.append(batch);
  batch.clear();
  watches_.notify();
}

void Ingest::deliver(std::span<const Record> records) noexcept {
  topic_.probe.records_read.add(records.size());
  log_traces(logger_, topic_.settings.name, format(), records);
  EncodedBatch& batch = batch_of_thread();
  pipeline_.run(records, batch);
  append(batch);
}

// A frame without bytes: it moves the position, and with it what stream-cursor reports.
void Ingest::pass(Partition partition, Offset through) noexcept {
  EncodedBatch& batch = batch_of_thread();
  batch.add(FrameKind::skip, partition, through, 0);
  batch.mark_last(EndMark::none);
  append(batch);
}

// The gap is a frame of the log, so readers get it in its place between the records.
void Ingest::lose(const Loss& loss) noexcept {
  EncodedBatch& batch = batch_of_thread();
  pipeline_.lose(loss, batch);
  append(batch);
}

void Ingest::reset(std::string_view reason, const Position& position) noexcept {
  logger_.warn("stream", "topic was recreated or truncated",
               {{"topic", topic_.settings.name}, {"log", log_}, {"reason", reason}});
  const auto known = reset_reason_of(reason);
  assert(known);
  replay_.set_partitions(position.size());
  // The pages first: once a reader knows the new generation, it must not find a page of the old.
  replay_.forget();
  topic_log_.reset(known.value_or(ResetReason::recreated), position);
  watches_.notify();
  on_reset_();
}

void Ingest::grow(int partitions) noexcept {
  if (topic_.end.exists()) topic_.note_partitions(static_cast<std::size_t>(partitions));
  replay_.set_partitions(static_cast<std::size_t>(partitions));
  topic_log_.grow(static_cast<std::size_t>(partitions));
  watches_.notify();
}

}  // namespace sidestream
