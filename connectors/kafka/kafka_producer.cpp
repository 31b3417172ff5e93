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

}  // namespace

KafkaProducer::KafkaProducer(KafkaLog log, ConnectorProbe& probe, Workers& workers,
                             const Queries& queries, TopicTable& topics, MakeClient make_client)
    : log_(std::move(log)),
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
    if (!have_client()) {
      refuse_inbox();
      continue;
    }
    take_inbox();
    client_->poll(poll_ms);
    answer_overdue();
    replace_if_fatal();
  }
  end();
}

bool KafkaProducer::have_client() {
  if (client_) return true;
  client_ = make_client_();
  const std::lock_guard lock(mutex_);
  if (client_) wake_.reset(rd_kafka_queue_get_main(client_->get()));
  return client_ != nullptr;
}

// No client can be created with the properties. The probe reports it.
void KafkaProducer::refuse_inbox() {
  Pendings arrived;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [this] { return stopping_ || !inbox_.empty(); });
    if (stopping_) return;
    arrived.swap(inbox_);
  }
  for (auto& pending : arrived) answer(pending, make_error_code(Errc::unavailable));
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
      answer(waiting.front(), make_error_code(*lookup.error));
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
  answer(*which, make_error_code(publish_error(error)));
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
  } else if (report.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
             report.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
    answer(pending,
           make_error_code(client_->fatal_error().empty()                    ? Errc::stopped
                           : report.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ? Errc::unconfirmed
                                                                             : Errc::unavailable));
  } else {
    answer(pending, make_error_code(publish_error(report)));
  }
  open_.erase(pending.self);
}

void KafkaProducer::answer(Pending& pending, PublishResult result) {
  auto& counter = result ? probe_.published : probe_.publish_failures;
  if (!pending.done) return;
  counter.fetch_add(1, std::memory_order_relaxed);
  const auto done = std::exchange(pending.done, nullptr);
  done(std::move(result));
}

void KafkaProducer::answer_overdue() {
  const auto now = Clock::now();
  for (auto& [topic, waiting] : waiting_) {
    while (!waiting.empty() && waiting.front().deadline <= now) {
      answer(waiting.front(), make_error_code(Errc::unavailable));
      waiting.pop_front();
    }
  }
  // Ordered by deadline. librdkafka's own report usually comes earlier and is more precise.
  for (auto& pending : open_) {
    if (pending.deadline > now) break;
    answer(pending, make_error_code(Errc::unconfirmed));
  }
}

// After a fatal error an idempotent producer can only be replaced.
void KafkaProducer::replace_if_fatal() {
  const auto reason = client_->fatal_error();
  if (reason.empty()) return;
  log_.logger.error("kafka", "producer recreated after a fatal error",
                    {{"connector", log_.connector}, {"error", reason}});
  rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client_->get(), flush_ms);
  {
    const std::lock_guard lock(mutex_);
    wake_.reset();
  }
  client_.reset();
  for (auto& pending : open_) answer(pending, make_error_code(Errc::unconfirmed));
  open_.clear();
}

void KafkaProducer::end() {
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
