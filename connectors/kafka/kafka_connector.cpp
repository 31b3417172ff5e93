#include "connectors/kafka/kafka_connector.hpp"
#include "connectors/kafka/once_memory.hpp"

#include <mutex>
#include <utility>

#include "connectors/kafka/broker_links.hpp"
#include "connectors/kafka/examiner.hpp"
#include "connectors/kafka/kafka_log.hpp"
#include "connectors/kafka/kafka_login.hpp"
#include "connectors/kafka/kafka_monitor.hpp"
#include "connectors/kafka/kafka_producer.hpp"
#include "connectors/kafka/kafka_ranges.hpp"
#include "connectors/kafka/library_risks.hpp"
#include "connectors/kafka/log_queries.hpp"
#include "connectors/kafka/newest_search.hpp"
#include "connectors/kafka/queries.hpp"
#include "connectors/kafka/refusal_report.hpp"
#include "connectors/kafka/steady_waits.hpp"
#include "connectors/kafka/tail_clients.hpp"
#include "connectors/kafka/tail_thread.hpp"
#include "connectors/kafka/topic_table.hpp"
#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {
namespace {

constexpr int syslog_critical = 2;

class KafkaTail final : public Tail {
 public:
  KafkaTail(std::shared_ptr<TailThread> thread, std::function<void()> release)
      : thread_(std::move(thread)), release_(std::move(release)) {}
  ~KafkaTail() override {
    thread_->stop();
    release_();
  }

 private:
  std::shared_ptr<TailThread> thread_;
  std::function<void()> release_;
};

// The tail of a connector that has stopped or has no client.
class NoTail final : public Tail {};

class KafkaConnector final : public Connector, private ClientEvents {
 public:
  KafkaConnector(std::string name, Properties properties, Logger logger)
      : log_{std::move(name), std::move(logger)}, login_(std::move(properties)) {}
  ~KafkaConnector() override {
    stop();
    workers_.stop();  // if it was never started
  }

  OffsetFormat format() const override { return OffsetFormat::integer; }
  const ConnectorProbe& probe() const override { return probe_; }

  void take_login(const std::string& username, const std::string& password) override {
    login_.set(username, password);
  }
  void start() override;
  void stop() override;

  void extent(std::string log, Callback<LogExtent> done) override {
    log_queries_.extent(log, std::move(done));
  }
  void locate(std::string log, Timestamp time, Callback<Position> done) override {
    log_queries_.locate(log, time, std::move(done));
  }
  void back(std::string log, Partition partition, Offset end, std::int64_t count,
            Callback<Offset> done) override {
    log_queries_.back(log, partition, end, count, std::move(done));
  }
  void read(Range range, std::function<void(std::span<const Record>)> deliver,
            Callback<Offset> done) override {
    ranges_.read(std::move(range), std::move(deliver), std::move(done));
  }
  void newest(NewestQuery query, NewestCallback done) override {
    const auto read = [this](Range range, NewestSearch::Deliver deliver, Callback<Offset> reached) {
      ranges_.read(std::move(range), std::move(deliver), std::move(reached));
    };
    std::make_shared<NewestSearch>(std::move(query), read, std::move(done))->run();
  }
  std::unique_ptr<Tail> tail(std::string log, Position from, TailSink& sink) override;
  void publish(std::string log, Message message, PublishCallback done) override {
    if (!message.once) return producer_.publish(log, std::move(message), std::move(done));
    if (const auto known = once_.find(*message.once, std::chrono::steady_clock::now()))
      return done(*known);
    const Message::Once once = *message.once;
    producer_.publish(log, std::move(message),
                      [this, once, done = std::move(done)](const PublishResult& result) {
                        if (result) once_.add(once, *result, std::chrono::steady_clock::now());
                        done(result);
                      });
  }

 private:
  std::unique_ptr<KafkaClient> make_client(Role role);
  void serve();

  void on_error(rd_kafka_resp_err_t code, const std::string& text) noexcept override;
  void on_log(int level, const std::string& text) noexcept override;
  void on_answer(std::int32_t broker) noexcept override { links_.answered(broker); }
  void on_throttle(std::int32_t broker, int ms) noexcept override;
  void on_report(const rd_kafka_message_t& message) noexcept override {
    producer_.on_report(message);
  }
  void on_open(rd_kafka_t* handle) noexcept override { login_.add(handle); }
  void on_close(rd_kafka_t* handle) noexcept override { login_.remove(handle); }

  // In dependency order.
  const KafkaLog log_;
  KafkaLogin login_;
  ConnectorProbe probe_;
  const RefusalReport report_{log_, probe_};
  BrokerLinks links_;
  TopicTable topics_;
  Workers workers_;
  Queries queries_{probe_, links_, workers_, [this] { return make_client(Role::query); }};
  LogQueries log_queries_{report_, workers_, queries_, topics_};
  KafkaRanges ranges_{report_,  probe_,  workers_,
                      queries_, topics_, [this] { return make_client(Role::range); }};
  OnceMemory once_;
  KafkaProducer producer_{log_,
                          report_,
                          probe_,
                          workers_,
                          queries_,
                          topics_,
                          [this] { return make_client(Role::producer); }};
  // Shared with the tails, which may outlive the connector.
  std::shared_ptr<TailClients> tail_clients_ =
      std::make_shared<TailClients>([this] { return make_client(Role::tail); });

  std::mutex tails_mutex_;  // guards what follows, up to the blank line
  std::vector<std::weak_ptr<TailThread>> tails_;
  bool stopped_ = false;

  std::mutex monitor_mutex_;  // callbacks come while it is created and destroyed
  std::unique_ptr<KafkaMonitor> monitor_;
  bool started_ = false;
};

std::unique_ptr<KafkaClient> KafkaConnector::make_client(Role role) {
  std::string reason;
  auto client = KafkaClient::make(role, login_.properties(), *this, reason);
  if (!client) {
    log_.logger.error("kafka", "cannot create a client with these properties",
                      {{"connector", log_.connector}, {"error", reason}});
    probe_.down("cannot create a client with these properties: " + reason);
  }
  return client;
}

void KafkaConnector::start() {
  started_ = true;
  for (const auto risk : library_risks()) {
    log_.logger.warn("kafka", risk,
                     {{"connector", log_.connector}, {"librdkafka", rd_kafka_version_str()}});
  }
  queries_.open(make_client(Role::query));
  if (queries_.client() == nullptr) return;
  const std::lock_guard lock(monitor_mutex_);
  monitor_ = std::make_unique<KafkaMonitor>(log_, probe_, workers_, topics_, links_,
                                            *queries_.client(), [this] { serve(); });
}

// Callers stop before what they call.
void KafkaConnector::stop() {
  if (!std::exchange(started_, false)) return;
  std::vector<std::weak_ptr<TailThread>> tails;
  {
    const std::lock_guard lock(tails_mutex_);
    stopped_ = true;
    tails.swap(tails_);
  }
  for (const auto& weak : tails) {
    if (const auto tail = weak.lock()) tail->stop();
  }
  producer_.stop();
  workers_.stop();
  if (monitor_) monitor_->stop();
  ranges_.stop();
  tail_clients_->clear();
  queries_.close();
  probe_.down("stopped");
}

std::unique_ptr<Tail> KafkaConnector::tail(std::string log, Position from, TailSink& sink) {
  const std::lock_guard lock(tails_mutex_);
  if (stopped_ || queries_.client() == nullptr) return std::make_unique<NoTail>();
  auto client = tail_clients_->acquire(log);
  if (!client) return std::make_unique<NoTail>();
  auto topic = topics_.find(log);
  auto examiner = std::make_shared<Examiner>(workers_, queries_, ranges_, topic, client);
  auto thread = std::make_shared<TailThread>(log_, report_, probe_, std::move(topic), client,
                                             std::move(examiner), from, sink);
  std::erase_if(tails_, [](const auto& weak) { return weak.expired(); });
  tails_.push_back(thread);
  thread->start();
  auto release = [clients = tail_clients_, key = client.get(), log] { clients->release(key, log); };
  return std::make_unique<KafkaTail>(std::move(thread), std::move(release));
}

void KafkaConnector::serve() {
  queries_.poll();
  ranges_.poll();
  tail_clients_->poll();
}

void KafkaConnector::on_error(rd_kafka_resp_err_t code, const std::string& text) noexcept {
  if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
      code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return;  // about one topic; its readers handle it
  }
  log_.logger.debug(
      "kafka", "error in librdkafka",
      {{"connector", log_.connector}, {"code", rd_kafka_err2name(code)}, {"error", text}});
  const std::lock_guard lock(monitor_mutex_);
  if (monitor_) monitor_->note_error(code, text);
}

void KafkaConnector::on_throttle(std::int32_t broker, int ms) noexcept {
  const std::lock_guard lock(monitor_mutex_);
  if (monitor_) monitor_->note_throttle(broker, ms);
}

void KafkaConnector::on_log(int level, const std::string& text) noexcept {
  // The monitor reports failed connections, once, and the producer fatal errors.
  if (level <= syslog_critical && !text.starts_with("FATAL: ")) {
    log_.logger.error("kafka", "error in librdkafka",
                      {{"connector", log_.connector}, {"error", text}});
  } else {
    log_.logger.debug("kafka", "message of librdkafka",
                      {{"connector", log_.connector}, {"why", text}});
  }
}

}  // namespace
}  // namespace sidestream::kafka

namespace sidestream {

std::unique_ptr<Connector> make_kafka_connector(std::string name,
                                                std::map<std::string, std::string> properties,
                                                Logger log) {
  kafka::follow_the_steady_clock();
  return std::make_unique<kafka::KafkaConnector>(std::move(name), std::move(properties),
                                                 std::move(log));
}

}  // namespace sidestream
