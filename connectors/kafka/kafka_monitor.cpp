#include "connectors/kafka/kafka_monitor.hpp"

#include <utility>

#include "connectors/kafka/queries.hpp"
#include "sidecar/base/time_text.hpp"

namespace sidestream::kafka {
namespace {

using std::chrono::milliseconds;

// New partitions must be found within 5 s.
constexpr milliseconds interval{3000};
constexpr milliseconds interval_while_down{500};
constexpr milliseconds serve_interval{200};
constexpr milliseconds answer_limit{Queries::timeout_ms};
constexpr std::chrono::seconds log_interval{60};
// After librdkafka has lost all connections: a broker that is back at once is not reported down.
constexpr milliseconds reconnect_limit{400};

}  // namespace

KafkaMonitor::KafkaMonitor(KafkaLog log, ConnectorProbe& probe, Workers& workers,
                           TopicTable& topics, const KafkaClient& client,
                           std::function<void()> serve)
    : log_(std::move(log)),
      probe_(probe),
      workers_(workers),
      topics_(topics),
      client_(client),
      serve_(std::move(serve)),
      thread_([this] { run(); }) {}

KafkaMonitor::~KafkaMonitor() { stop(); }

void KafkaMonitor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void KafkaMonitor::note_error(rd_kafka_resp_err_t code, const std::string& text) {
  probe_.errors.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  // ALL_BROKERS_DOWN names no cause; the error before it does.
  if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || reason_.empty()) reason_ = text;
  failed_ = true;
  all_down_ |= code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
  changed_.notify_all();
}

void KafkaMonitor::run() {
  auto due = Clock::now();
  for (;;) {
    if (Clock::now() >= due) {
      check();
      due = Clock::now() + (was_up_ ? interval : interval_while_down);
    }
    client_.poll(0);
    serve_();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, serve_interval, [this] { return stopping_ || (failed_ && was_up_); });
    if (stopping_) return;
    if (std::exchange(failed_, false) && was_up_) due = Clock::now();
  }
}

void KafkaMonitor::keep_handles() {
  for (const auto& topic : topics_.all()) {
    auto& handle = handles_[topic->name];
    if (!handle) handle = client_.topic(topic->name);
  }
}

void KafkaMonitor::check() {
  bool all_down = false;
  {
    const std::lock_guard lock(mutex_);
    all_down = std::exchange(all_down_, false);
  }
  auto error = update_topics(was_up_ && all_down ? reconnect_limit : answer_limit);
  // With several brokers the one that was asked may be the only one that is frozen.
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR && was_up_ && !all_down)
    error = update_topics(answer_limit);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return set_down(rd_kafka_err2str(error));
  set_up();
}

// One request for all topics of the table.
rd_kafka_resp_err_t KafkaMonitor::update_topics(milliseconds limit) {
  keep_handles();
  const rd_kafka_metadata_t* answer = nullptr;
  const auto error =
      rd_kafka_metadata(client_.get(), 0, nullptr, &answer, static_cast<int>(limit.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
  const Metadata metadata(answer);
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& found = metadata->topics[i];
    if (!handles_.contains(found.topic)) continue;
    const auto topic = topics_.find(found.topic);
    if (Refusal{found.err}.missing()) {
      topic->observe(0);
    } else if (found.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
      topic->denied = true;
    } else if (found.partition_cnt > 0) {
      topic->observe(found.partition_cnt);
    }
  }
  return error;
}

void KafkaMonitor::set_up() {
  probe_.up(unreadable_topics());
  if (!std::exchange(was_up_, true)) {
    if (last_success_ != Clock::time_point()) {
      probe_.reconnects.fetch_add(1, std::memory_order_relaxed);
    }
    log_.logger.info("kafka", "connected", {{"connector", log_.connector}});
    workers_.hurry();
  }
  last_success_ = Clock::now();
  const std::lock_guard lock(mutex_);
  reason_.clear();
}

void KafkaMonitor::set_down(const std::string& why) {
  std::string reason;
  {
    const std::lock_guard lock(mutex_);
    reason = reason_.empty() ? why : reason_;
  }
  if (was_up_ || since_.empty()) since_ = format_now();
  probe_.down("no broker answers since " + since_ + ": " + reason);
  if (std::exchange(was_up_, false) || Clock::now() >= log_again_) {
    log_again_ = Clock::now() + log_interval;
    log_.logger.warn("kafka", "no broker answers",
                     {{"connector", log_.connector}, {"error", reason}});
  }
}

std::string KafkaMonitor::unreadable_topics() const {
  std::string missing;
  std::string denied;
  for (const auto& topic : topics_.all()) {
    if (topic->denied) denied += (denied.empty() ? "" : ", ") + topic->name;
    if (topic->missing) missing += (missing.empty() ? "" : ", ") + topic->name;
  }
  std::string text;
  if (!missing.empty()) text = "topics do not exist yet: " + missing;
  if (!denied.empty()) {
    text += (text.empty() ? "" : "; ") + ("not authorized to read: " + denied);
  }
  return text;
}

}  // namespace sidestream::kafka
