#include "connectors/kafka/kafka_tail.hpp"

#include <algorithm>
#include <utility>

namespace sidestream::kafka {
namespace {

constexpr std::size_t batch_most = 1024;
// How soon growth and a vanished topic are acted upon; messages and outcomes wake at once.
constexpr int wait_ms = 500;

}  // namespace

KafkaTail::KafkaTail(Context& context, std::shared_ptr<KafkaClient> client, const std::string& log,
                     const Position& from, TailSink& sink)
    : context_(context),
      topic_(context.topics.find(log)),
      sink_(sink),
      queue_(rd_kafka_queue_new(client->get())),
      client_(std::move(client)),
      handle_(client_->topic(log)),
      readers_(from.size()),
      messages_(batch_most),
      refill_(*client_),
      vanished_(topic_->vanished.load()) {
  for (std::size_t p = 0; p < from.size(); ++p) {
    readers_[p].next = std::max<std::int64_t>(from[p].number() + 1, 0);
  }
}

KafkaTail::~KafkaTail() { stop(); }

void KafkaTail::start() {
  context_.probe.tails.fetch_add(1, std::memory_order_relaxed);
  thread_ = std::thread([this] { run(); });
  // There may be more partitions than `from` names.
  context_.workers.submit([self = shared_from_this()] {
    if (self->context_.workers.stopping()) return;
    (void)self->context_.queries->leaders(*self->topic_);
    (void)self->same_topic(self->context_.queries->topic_id(self->topic_->name));
  });
}

void KafkaTail::stop() {
  const std::lock_guard stop_lock(stop_mutex_);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (queue_) rd_kafka_queue_yield(queue_.get());
  }
  if (!thread_.joinable()) return;
  thread_.join();
  context_.probe.tails.fetch_sub(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  handle_.reset();
  queue_.reset();
  client_.reset();
}

void KafkaTail::run() {
  TopicErrors errors;
  for (std::size_t p = 0; p < readers_.size(); ++p) {
    // One earlier, so that the record before the first is known as well: it becomes the mark.
    begin(static_cast<Partition>(p), std::max<std::int64_t>(readers_[p].next - 1, 0));
  }
  while (!stopping_) {
    take_outcomes();
    watch_topic();
    const std::size_t count = consume();
    requests_ = client_->metadata_requests();
    if (errors.take_unknown()) {
      for (std::size_t p = 0; p < readers_.size(); ++p) examine(static_cast<Partition>(p), true);
    }
    for (std::size_t i = 0; i < count; ++i) take(*messages_[i]);
    flush();
    for (std::size_t i = 0; i < count; ++i) rd_kafka_message_destroy(messages_[i]);
  }
  for (std::size_t p = 0; p < readers_.size(); ++p) {
    if (readers_[p].state == State::reading)
      rd_kafka_consume_stop(handle_.get(), static_cast<Partition>(p));
  }
}

// ---- what happens to the topic ----

void KafkaTail::watch_topic() {
  if (const auto vanished = topic_->vanished.load();
      vanished != std::exchange(vanished_, vanished)) {
    for (std::size_t p = 0; p < readers_.size(); ++p) {
      examine(static_cast<Partition>(p), true);
      readers_[p].vanished = true;
    }
  }
  if (new_life_ || topic_->missing) return;
  const auto count = static_cast<std::size_t>(topic_->partitions.load());
  if (count <= readers_.size()) return;
  const std::size_t known = readers_.size();
  readers_.resize(count);
  sink_.grow(static_cast<int>(count));
  for (std::size_t p = known; p < count; ++p) {
    readers_[p].state = State::reading;  // as if, so that it can be examined
    examine(static_cast<Partition>(p), true);
  }
}

// ---- messages ----

// Into messages_; as many as are there, at least one if it comes in time.
std::size_t KafkaTail::consume() {
  auto* first = rd_kafka_consume_queue(queue_.get(), 0);
  if (first == nullptr) {
    if (refill_.owed()) ask_refill();
    refill_.settle();
    first = rd_kafka_consume_queue(queue_.get(), wait_ms);
  }
  if (first == nullptr) return 0;
  messages_[0] = first;
  // With a time-out this call would wait until all places are filled.
  const auto more =
      rd_kafka_consume_batch_queue(queue_.get(), 0, messages_.data() + 1, batch_most - 1);
  const auto count = 1 + static_cast<std::size_t>(std::max<ssize_t>(more, 0));
  for (std::size_t i = 0; i < count; ++i) refill_.took(*messages_[i]);
  return count;
}

// Of each partition that has more, until something comes: which broker has stopped isn't known.
void KafkaTail::ask_refill() {
  for (std::size_t p = 0; p < readers_.size(); ++p) {
    if (readers_[p].state != State::reading || readers_[p].at_end) continue;
    Refill::ask(*client_, topic_->name.c_str(), static_cast<Partition>(p));
    if (rd_kafka_queue_length(queue_.get()) > 0) return;
  }
}

void KafkaTail::take(const rd_kafka_message_t& message) {
  const auto p = static_cast<std::size_t>(message.partition);
  if (message.partition < 0 || p >= readers_.size() || readers_[p].state != State::reading) return;
  auto& reader = readers_[p];
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return take_record(reader, message);
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      return take_end(reader, message);
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return examine(message.partition);
    default:
      return take_error(reader, message);
  }
}

bool KafkaTail::trusted(const Reader& reader) const {
  return !reader.mark || reader.mark_requests == requests_;
}

void KafkaTail::take_record(Reader& reader, const rd_kafka_message_t& message) {
  if (!trusted(reader)) return examine(message.partition);
  if (message.offset < reader.next) {  // the one before the first, see run()
    RecordBatch before;
    before.add(message);
    reader.mark = Fingerprint::of(before.records().front());
    reader.mark_requests = requests_;
    return;
  }
  note_hole(reader, message.partition, message.offset);
  reader.at_end = false;
  batch_.add(message);
  reader.next = message.offset + 1;
}

void KafkaTail::take_end(Reader& reader, const rd_kafka_message_t& message) {
  reader.at_end = true;
  if (message.offset == reader.next) return;
  // It ends before the place where we are, or was stretched by something that we haven't looked at.
  if (message.offset < reader.next || !trusted(reader)) return examine(message.partition);
  note_hole(reader, message.partition, message.offset);
  reader.next = message.offset;
  flush();
  sink_.pass(message.partition, Offset::of(message.offset - 1));
}

void KafkaTail::take_error(Reader& reader, const rd_kafka_message_t& message) {
  context_.probe.errors.fetch_add(1, std::memory_order_relaxed);
  context_.log.warn("kafka", "partition read failed",
                    {{"connector", context_.name},
                     {"topic", topic_->name},
                     {"partition", message.partition},
                     {"error", rd_kafka_message_errstr(&message)}});
  if (message.err == RD_KAFKA_RESP_ERR__BAD_MSG ||
      message.err == RD_KAFKA_RESP_ERR__BAD_COMPRESSION ||
      message.err == RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED) {
    reader.damaged = true;
  }
}

// Offsets between the last record and this one: markers, aborted or compacted records, or what
// librdkafka could not read, which is a loss.
void KafkaTail::note_hole(Reader& reader, Partition partition, std::int64_t offset) {
  if (offset == reader.next) return;
  topic_->note_holes();
  if (!std::exchange(reader.damaged, false)) return;
  Loss loss;
  loss.partition = partition;
  loss.position = Offset::of(reader.next - 1);
  loss.resumed = Offset::of(offset);
  loss.lost = offset - reader.next;
  loss.exact = false;
  flush();
  sink_.lose(loss);
}

void KafkaTail::flush() {
  if (batch_.empty()) return;
  const auto records = batch_.records();
  context_.probe.records_read.fetch_add(records.size(), std::memory_order_relaxed);
  sink_.deliver(records);
  last_.assign(readers_.size(), nullptr);
  for (const auto& record : records) last_[static_cast<std::size_t>(record.partition)] = &record;
  for (std::size_t p = 0; p < readers_.size(); ++p) {
    if (last_[p] == nullptr) continue;
    readers_[p].mark = Fingerprint::of(*last_[p]);
    readers_[p].mark_requests = requests_;
  }
  batch_.clear();
}

}  // namespace sidestream::kafka
