#include "connectors/kafka/kafka_monitor.hpp"

#include <utility>

#include "connectors/kafka/queries.hpp"
#include "connectors/kafka/topic_metadata.hpp"
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
constexpr int call_limit = 2000;
// Reported by the latest responses; librdkafka does not report the end if requests end too.
constexpr std::chrono::seconds throttle_memory{10};

}  // namespace

KafkaMonitor::KafkaMonitor(KafkaLog log, ConnectorProbe& probe, Workers& workers,
                           TopicTable& topics, BrokerLinks& links, const KafkaClient& client,
                           std::function<void()> serve)
    : log_(std::move(log)),
      probe_(probe),
      workers_(workers),
      topics_(topics),
      links_(links),
      client_(client),
      serve_(std::move(serve)),
      calls_(rd_kafka_queue_new(client.get())),
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
  links_.failed(text);
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

// Topics that were never seen have none: librdkafka would ask for them as long as it lives.
void KafkaMonitor::keep_handles() {
  topics_.prune();
  std::erase_if(handles_, [this](const auto& entry) { return !topics_.known(entry.first); });
  for (const auto& topic : topics_.all()) {
    if (topic->partitions == 0) continue;
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
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return set_down("no broker answers", rd_kafka_err2str(error));
  call_doubtful_brokers();
  log_links();
  if (links_.none_reachable()) return set_down("no broker can be reached", links_.text());
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
  std::map<std::int32_t, std::string> brokers;
  for (int i = 0; i < metadata->broker_cnt; ++i) {
    const auto& broker = metadata->brokers[i];
    brokers[broker.id] = std::string(broker.host) + ":" + std::to_string(broker.port);
  }
  links_.keep(brokers);
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& found = metadata->topics[i];
    if (const auto topic = topics_.known(found.topic)) observe(*topic, found, links_);
  }
  return error;
}

// Sends each of them any request that goes to this broker. Its response is noted by the client, and
// so is the failure to connect. While was_up_ is false, waits for it a moment: the reader's queries
// wait for set_up().
void KafkaMonitor::call_doubtful_brokers() {
  const auto brokers = links_.doubtful();
  for (const auto id : brokers) {
    const ConfigResource resource(
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, std::to_string(id).c_str()));
    const AdminOptions options(
        rd_kafka_AdminOptions_new(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
    char reason[128];
    rd_kafka_AdminOptions_set_request_timeout(options.get(), call_limit, reason, sizeof(reason));
    auto* requested = resource.get();
    rd_kafka_DescribeConfigs(client_.get(), &requested, 1, options.get(), calls_.get());
  }
  const auto until =
      Clock::now() + (was_up_ || brokers.empty() ? milliseconds(0) : reconnect_limit);
  do {
    const EventHandle answer(rd_kafka_queue_poll(calls_.get(), was_up_ ? 0 : 50));
    client_.poll(0);
    if (!answer && was_up_) return;
  } while (Clock::now() < until && !links_.doubtful().empty());
}

void KafkaMonitor::log_links() {
  for (const auto& change : links_.changes()) {
    if (change.reason.empty()) {
      log_.logger.info("kafka", "broker reachable again",
                       {{"connector", log_.connector}, {"broker", change.broker}});
    } else {
      log_.logger.warn(
          "kafka", "broker unreachable",
          {{"connector", log_.connector}, {"broker", change.broker}, {"error", change.reason}});
    }
  }
}

void KafkaMonitor::set_up() {
  auto detail = links_.text();
  if (const auto throttle = throttle_text(); !throttle.empty())
    detail += (detail.empty() ? "" : "; ") + throttle;
  probe_.up(detail);
  cause_logged_ = false;
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

void KafkaMonitor::set_down(const std::string& summary, const std::string& why) {
  std::string reason;
  {
    const std::lock_guard lock(mutex_);
    reason = reason_.empty() || links_.none_reachable() ? why : reason_;
  }
  if (was_up_ || since_.empty()) since_ = format_now();
  probe_.down(summary + " since " + since_ + ": " + reason);
  // The first failure may come before its cause is known.
  const bool cause = reason != why || links_.none_reachable();
  if (std::exchange(was_up_, false) || Clock::now() >= log_again_ || (cause && !cause_logged_)) {
    cause_logged_ = cause;
    log_again_ = Clock::now() + log_interval;
    log_.logger.warn("kafka", summary, {{"connector", log_.connector}, {"error", reason}});
  }
}

void KafkaMonitor::note_throttle(std::int32_t broker, int ms) {
  const std::lock_guard lock(mutex_);
  throttle_ms_ = ms;
  if (ms <= 0) return;
  // Requests without a delay come between delayed ones, as the broker averages over seconds.
  const auto now = Clock::now();
  const bool first = now - throttled_at_ > throttle_memory;
  throttled_at_ = now;
  if (!first) return;
  log_.logger.warn("kafka", "requests delayed by a quota",
                   {{"connector", log_.connector}, {"broker", broker}, {"ms", ms}});
}

std::string KafkaMonitor::throttle_text() {
  const std::lock_guard lock(mutex_);
  if (Clock::now() - throttled_at_ > throttle_memory) throttle_ms_ = 0;
  if (throttle_ms_ == 0) return {};
  return "requests are delayed by a quota of the broker, now " + std::to_string(throttle_ms_) +
         " ms";
}

}  // namespace sidestream::kafka
