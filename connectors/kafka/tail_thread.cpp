#include "connectors/kafka/tail_thread.hpp"

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

namespace sidestream::kafka {
namespace {

constexpr std::size_t max_batch = 1024;
// How soon the tail reacts to growth and to a missing topic. Messages and outcomes wake it at once.
constexpr int wait_ms = 500;

// A refusal is reported again so often: another tail of the same topic may have ended it.
constexpr std::chrono::seconds renew_interval{2};

}  // namespace

TailThread::TailThread(KafkaLog log, const RefusalReport& report, ConnectorProbe& probe,
                       std::shared_ptr<TopicState> topic, std::shared_ptr<KafkaClient> client,
                       std::shared_ptr<Examiner> examiner, const Position& from, TailSink& sink)
    : log_(std::move(log)),
      report_(report),
      probe_(probe),
      topic_(std::move(topic)),
      sink_(sink),
      client_(std::move(client)),
      examiner_(std::move(examiner)),
      queue_(rd_kafka_queue_new(client_->get())),
      handle_(client_->topic(topic_->name)),
      fsm_(from, topic_->vanished.load()),
      messages_(max_batch),
      refill_(*client_) {}

TailThread::~TailThread() { stop(); }

void TailThread::start() {
  assert(!thread_.joinable());
  probe_.tails.fetch_add(1, std::memory_order_relaxed);
  examiner_->start([queue = queue_.get()] { rd_kafka_queue_yield(queue); });
  thread_ = std::thread([this] { run(); });
}

void TailThread::stop() {
  const std::lock_guard lock(stop_mutex_);
  stopping_ = true;
  examiner_->stop();  // from here on only this function touches the queue from outside
  if (queue_) rd_kafka_queue_yield(queue_.get());
  if (!thread_.joinable()) return;
  thread_.join();
  report_.dropped(Activity::live, topic_->name);
  probe_.tails.fetch_sub(1, std::memory_order_relaxed);
  handle_.reset();
  queue_.reset();
  client_.reset();
}

void TailThread::run() {
  TopicErrors errors;
  obey(fsm_.begin());
  while (!stopping_) {
    take_outcomes();
    obey(
        fsm_.observe({topic_->partitions.load(), topic_->missing.load(), topic_->vanished.load()}));
    const std::size_t count = consume();
    // Read after the messages: a request that was sent between two of them counts for both.
    fsm_.metadata_requests(client_->metadata_requests());
    if (errors.take_unknown()) obey(fsm_.suspect_all());
    for (std::size_t i = 0; i < count; ++i) take(*messages_[i]);
    flush();
    for (std::size_t i = 0; i < count; ++i) rd_kafka_message_destroy(messages_[i]);
    report_trouble();
  }
  stop_all();
}

void TailThread::take_outcomes() {
  for (const auto& outcome : examiner_->take_outcomes()) {
    if (const auto* examination = std::get_if<Examination>(&outcome)) {
      obey(fsm_.conclude(*examination));
    } else {
      obey(fsm_.conclude(std::get<NewGeneration>(outcome), topic_->vanished.load()));
    }
  }
}

// ---- messages ----

// Fills messages_ with all that are queued; waits for the first one. Returns their number.
std::size_t TailThread::consume() {
  auto* first = rd_kafka_consume_queue(queue_.get(), 0);
  if (first == nullptr) {
    if (refill_.owed()) request_refill();
    refill_.settle();
    first = rd_kafka_consume_queue(queue_.get(), wait_ms);
  }
  if (first == nullptr) return 0;
  messages_[0] = first;
  // With a time-out this call would wait until all places are filled.
  const auto more =
      rd_kafka_consume_batch_queue(queue_.get(), 0, messages_.data() + 1, max_batch - 1);
  const auto count = 1 + static_cast<std::size_t>(std::max<ssize_t>(more, 0));
  for (std::size_t i = 0; i < count; ++i) refill_.took(*messages_[i]);
  return count;
}

// Which broker has stopped fetching is unknown: asks for each unfinished partition in turn, until a
// message arrives.
void TailThread::request_refill() {
  for (Partition p = 0; static_cast<std::size_t>(p) < fsm_.size(); ++p) {
    if (!fsm_.reading(p) || fsm_.at_end(p)) continue;
    Refill::wake_broker(*client_, topic_->name.c_str(), p);
    if (rd_kafka_queue_length(queue_.get()) > 0) return;
  }
}

void TailThread::take(const rd_kafka_message_t& message) {
  // Left in the queue by a partition that has been stopped.
  if (!fsm_.reading(message.partition)) return;
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      note_read(message.partition);
      return obey(fsm_.record(message.partition, message.offset), &message);
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      note_read(message.partition);
      return obey(fsm_.end(message.partition, message.offset));
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return obey(fsm_.out_of_range(message.partition));
    default:
      return take_error(message);
  }
}

void TailThread::take_error(const rd_kafka_message_t& message) {
  probe_.errors.fetch_add(1, std::memory_order_relaxed);
  errors_[message.partition] = rd_kafka_message_errstr(&message);
  if (means_unreadable(message.err)) obey(fsm_.unreadable(message.partition));
}

// ---- what keeps the topic from being read ----

void TailThread::note_read(Partition partition) {
  if (!errors_.empty()) errors_.erase(partition);
}

std::string TailThread::trouble() const {
  if (errors_.empty()) return topic_->trouble();
  const auto& [partition, error] = *errors_.begin();
  return "partition " + std::to_string(partition) + ": " + error;
}

void TailThread::report_trouble() {
  if (!probe_.is_up()) return;  // the probe says why
  auto now = trouble();
  if (now.empty()) {
    if (!trouble_.empty()) report_.served(Activity::live, topic_->name);
  } else if (const auto time = std::chrono::steady_clock::now();
             now != trouble_ || time >= renew_at_) {
    renew_at_ = time + renew_interval;
    report_.refused(Activity::live, topic_->name, now);
  }
  trouble_ = std::move(now);
}

// ---- steps ----

void TailThread::obey(const std::vector<Step>& steps) {
  for (const auto& step : steps) obey(step);
}

void TailThread::obey(const Step& step, const rd_kafka_message_t* message) {
  if (step.hole) topic_->note_holes();
  if (step.loss) {
    flush();
    sink_.lose(*step.loss);
  }
  switch (step.action) {
    case Action::ignore:
      return;
    case Action::start:
      return start_partition(step.partition, step.offset);
    case Action::deliver:
      assert(message != nullptr);
      return batch_.add(*message);
    case Action::remember:
      assert(message != nullptr);
      return remember(*message);
    case Action::pass:
      flush();
      return sink_.pass(step.partition, Offset::of(step.offset - 1));
    case Action::examine:
      flush();  // before the request is made: it names the last delivered record
      stop_partition(step.partition);
      return examiner_->examine(fsm_.examination(step.partition));
    case Action::recreate:
      stop_all();
      return examiner_->find_starts(fsm_.new_generation());
    case Action::grow:
      return sink_.grow(static_cast<int>(fsm_.size()));
    case Action::reset:
      return announce_reset();
  }
}

void TailThread::start_partition(Partition partition, std::int64_t offset) {
  consuming_.resize(fsm_.size());
  consuming_[static_cast<std::size_t>(partition)] = true;
  if (rd_kafka_consume_start_queue(handle_.get(), partition, offset, queue_.get()) == 0) return;
  errors_[partition] = rd_kafka_err2str(rd_kafka_last_error());
  log_.logger.error("kafka", "cannot read a partition",
                    {{"connector", log_.connector},
                     {"topic", topic_->name},
                     {"partition", partition},
                     {"error", rd_kafka_err2str(rd_kafka_last_error())}});
}

void TailThread::stop_partition(Partition partition) {
  const auto p = static_cast<std::size_t>(partition);
  if (p >= consuming_.size() || !consuming_[p]) return;
  consuming_[p] = false;
  rd_kafka_consume_stop(handle_.get(), partition);
}

void TailThread::stop_all() {
  for (std::size_t p = 0; p < consuming_.size(); ++p) stop_partition(static_cast<Partition>(p));
}

void TailThread::remember(const rd_kafka_message_t& message) {
  MessageBatch one;
  one.add(message);
  fsm_.delivered(message.partition, Fingerprint::of(one.records().front()));
}

void TailThread::announce_reset() {
  assert(batch_.empty());
  log_.logger.warn("kafka", "topic was recreated or truncated",
                   {{"connector", log_.connector}, {"topic", topic_->name}});
  sink_.reset("recreated", fsm_.position());
}

// Delivers the batch. Only the last record of each partition is fingerprinted: hashing costs.
void TailThread::flush() {
  if (batch_.empty()) return;
  const auto records = batch_.records();
  probe_.records_read.fetch_add(records.size(), std::memory_order_relaxed);
  sink_.deliver(records);
  last_.assign(fsm_.size(), nullptr);
  for (const auto& record : records) last_[static_cast<std::size_t>(record.partition)] = &record;
  for (std::size_t p = 0; p < last_.size(); ++p) {
    if (last_[p] == nullptr) continue;
    fsm_.delivered(static_cast<Partition>(p), Fingerprint::of(*last_[p]));
  }
  batch_.clear();
}

}  // namespace sidestream::kafka
