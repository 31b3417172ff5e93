#include "connectors/kafka/kafka_producer.hpp"

#include <algorithm>
#include <utility>

#include "connectors/kafka/outgoing.hpp"

namespace sidestream::kafka {
namespace {

using std::chrono::milliseconds;

// Less than publish_timeout: the answer takes time too.
constexpr milliseconds limit = milliseconds(publish_timeout) - milliseconds(200);
constexpr milliseconds lookup_interval{100};
constexpr int poll_ms = 100;
constexpr int flush_ms = 300;
// Between a fatal error and the next producer.
constexpr milliseconds recreate_delay{1000};

// The error of messages that were not sent because of it.
PublishError publish_error_of(const KafkaClient::Fatal& fatal) {
  // Kafka refuses producer ids to users who may not write to any topic.
  const bool denied = fatal.code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
  return {denied ? Errc::refused : Errc::unavailable, fatal.text};
}

}  // namespace

KafkaProducer::KafkaProducer(KafkaLog log, const RefusalReport& report, ConnectorProbe& probe,
                             Workers& workers, const Queries& queries, TopicTable& topics,
                             MakeClient make_client)
    : log_(std::move(log)),
      report_(report),
      probe_(probe),
      workers_(workers),
      queries_(queries),
      topics_(topics),
      make_client_(std::move(make_client)) {}

KafkaProducer::~KafkaProducer() { stop(); }

void KafkaProducer::publish(const std::string& log, Message message, Done done) {
  Pendings one;
  auto& pending = one.emplace_back();
  pending.topic = topics_.find(log);
  pending.message = std::move(message);
  pending.done = std::move(done);
  pending.deadline = Clock::now() + limit;
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    workers_.submit([late = std::move(pending.done)] { late(make_error_code(Errc::stopped)); });
    return;
  }
  inbox_.splice(inbox_.end(), one);
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  wake();
}

void KafkaProducer::stop() {
  std::thread thread;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    thread.swap(thread_);
    wake();
  }
  if (thread.joinable()) thread.join();
}

void KafkaProducer::wake() {
  changed_.notify_all();
  if (wake_) rd_kafka_queue_yield(wake_.get());
}

// ---- the producer's thread ----

void KafkaProducer::run() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    if (!have_client()) continue;
    take_inbox();
    client_->poll(poll_ms);
    answer_overdue();
    replace_if_fatal();
  }
  end();
}

// Creates the client when a message waits for it. For a moment after a fatal error messages get
// that error instead.
bool KafkaProducer::have_client() {
  if (client_) return true;
  Pendings arrived;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, milliseconds(poll_ms), [this] { return stopping_ || !inbox_.empty(); });
    if (inbox_.empty() && waiting_.empty()) return false;
    if (Clock::now() < retry_at_) arrived.swap(inbox_);
  }
  for (auto& pending : arrived) answer(pending, fatal_);
  if (Clock::now() < retry_at_) return false;
  client_ = make_client_();
  if (!client_) {  // the probe says why
    fatal_ = Errc::unavailable;
    retry_at_ = Clock::now() + recreate_delay;
    return false;
  }
  const std::lock_guard lock(mutex_);
  wake_.reset(rd_kafka_queue_get_main(client_->get()));
  return true;
}

void KafkaProducer::take_inbox() {
  Pendings arrived;
  std::vector<TopicLookup> lookups;
  {
    const std::lock_guard lock(mutex_);
    arrived.swap(inbox_);
    lookups.swap(lookups_);
  }
  for (const auto& lookup : lookups) take(lookup);
  while (!arrived.empty()) {
    const auto& topic = *arrived.front().topic;
    auto& waiting = waiting_[topic.name];
    if (waiting.empty() && topic.partitions > 0 && !topic.missing) {
      send(arrived, arrived.begin());
      continue;
    }
    if (waiting.empty()) look_up(topic.name, milliseconds(0));
    waiting.splice(waiting.end(), arrived, arrived.begin());
  }
}

void KafkaProducer::look_up(const std::string& topic, milliseconds delay) {
  workers_.submit(
      [this, topic] {
        TopicLookup lookup{topic, std::nullopt};
        const auto leaders = queries_.leaders(*topics_.find(topic));
        if (!leaders) {
          const auto& refusal = leaders.error();
          lookup.reason = reason_of(refusal.code);
          if (refusal.missing()) {
            lookup.error = Errc::no_such_log;
          } else if (refusal.code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
            lookup.error = Errc::refused;
          } else {
            lookup.retry = true;
          }
        }
        const std::lock_guard lock(mutex_);
        lookups_.push_back(std::move(lookup));
        wake();
      },
      delay);
}

void KafkaProducer::take(const TopicLookup& lookup) {
  auto& waiting = waiting_[lookup.topic];
  if (waiting.empty()) return;  // all have timed out
  if (lookup.retry) return look_up(lookup.topic, lookup_interval);
  while (!waiting.empty()) {
    if (lookup.error) {
      answer(waiting.front(), PublishError(*lookup.error, lookup.reason));
      waiting.pop_front();
    } else {
      send(waiting, waiting.begin());
    }
  }
}

// Moves the message to open_, or answers it if librdkafka refuses it.
void KafkaProducer::send(Pendings& pendings, Pendings::iterator which) {
  open_.splice(open_.end(), pendings, which);
  which->self = which;
  const auto error = produce(client_->get(), which->topic->name, which->message, &*which);
  which->message = Message();
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  answer(*which, PublishError(publish_error(error), reason_of(error)));
  open_.erase(which);
}

void KafkaProducer::on_report(const rd_kafka_message_t& report) {
  auto& pending = *static_cast<Pending*>(report._private);
  if (report.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    Published published;
    published.partition = report.partition;
    published.offset = Offset::of(report.offset);
    published.partitions = std::max(pending.topic->partitions.load(), report.partition + 1);
    answer(pending, published);
  } else {
    answer(pending, failure(report));
  }
  open_.erase(pending.self);
}

PublishError KafkaProducer::failure(const rd_kafka_message_t& report) const {
  const auto& topic = *static_cast<const Pending*>(report._private)->topic;
  const bool purged = report.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                      report.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
  if (purged && ending_) return Errc::stopped;
  if (report.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) return Errc::unconfirmed;
  // It was still in the queue: the broker has never seen it.
  const auto fatal = client_->fatal_error();
  if (fatal.code != RD_KAFKA_RESP_ERR_NO_ERROR &&
      rd_kafka_message_status(&report) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED) {
    return publish_error_of(fatal);
  }
  if (purged) return {Errc::unavailable, reason_of_delay(topic)};
  const bool late = report.err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
  return {publish_error(report), late ? reason_of_delay(topic) : reason_of(report.err)};
}

// Why no broker has acknowledged the record.
std::string KafkaProducer::reason_of_delay(const TopicState& topic) const {
  if (!queries_.open()) return {};  // the probe says why
  auto trouble = topic.trouble();
  if (trouble.empty()) trouble = topic.lagging_replicas();
  return trouble.empty() ? "no acknowledgement in time" : trouble;
}

void KafkaProducer::answer(Pending& pending, PublishResult result) {
  auto& counter = result ? probe_.published : probe_.publish_failures;
  if (!pending.done) return;
  counter.fetch_add(1, std::memory_order_relaxed);
  if (result) {
    report_.served(Activity::publish, pending.topic->name);
  } else if (!result.error().reason.empty()) {
    report_.refused(Activity::publish, pending.topic->name, result.error().reason);
  }
  const auto done = std::exchange(pending.done, nullptr);
  done(std::move(result));
}

void KafkaProducer::answer_overdue() {
  const auto now = Clock::now();
  for (auto& [topic, waiting] : waiting_) {
    while (!waiting.empty() && waiting.front().deadline <= now) {
      answer(waiting.front(),
             PublishError(Errc::unavailable, reason_of_delay(*waiting.front().topic)));
      waiting.pop_front();
    }
  }
  std::erase_if(waiting_, [](const auto& named) { return named.second.empty(); });
  if (open_.empty() || open_.front().deadline > now) return;
  // librdkafka's own report is late: a message whose broker was never reached is still in its queue.
  // It is taken out, so that it is certainly not written; the others may be.
  rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE);
  client_->poll(0);
  for (auto& pending : open_) {  // by deadline
    if (pending.deadline > now) break;
    answer(pending, Errc::unconfirmed);
  }
}

// After a fatal error an idempotent producer can only be replaced.
void KafkaProducer::replace_if_fatal() {
  const auto error = client_->fatal_error();
  if (error.code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  if (fatal_.reason != error.text) {
    log_.logger.error("kafka", "producer recreated after a fatal error",
                      {{"connector", log_.connector}, {"error", error.text}});
  }
  fatal_ = publish_error_of(error);
  retry_at_ = Clock::now() + recreate_delay;
  rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client_->get(), flush_ms);
  {
    const std::lock_guard lock(mutex_);
    wake_.reset();
  }
  client_.reset();
  for (auto& pending : open_) answer(pending, Errc::unconfirmed);
  open_.clear();
}

void KafkaProducer::end() {
  ending_ = true;
  if (client_) {
    rd_kafka_flush(client_->get(), flush_ms);
    rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(client_->get(), flush_ms);
  }
  Pendings rest;
  {
    const std::lock_guard lock(mutex_);
    rest.splice(rest.end(), inbox_);
    wake_.reset();
  }
  client_.reset();
  rest.splice(rest.end(), open_);
  for (auto& [topic, waiting] : waiting_) rest.splice(rest.end(), waiting);
  for (auto& pending : rest) answer(pending, make_error_code(Errc::stopped));
}

}  // namespace sidestream::kafka
