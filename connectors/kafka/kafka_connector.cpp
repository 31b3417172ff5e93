#include "connectors/kafka/kafka_connector.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "connectors/kafka/context.hpp"
#include "connectors/kafka/kafka_asks.hpp"
#include "connectors/kafka/kafka_login.hpp"
#include "connectors/kafka/kafka_monitor.hpp"
#include "connectors/kafka/kafka_producer.hpp"
#include "connectors/kafka/kafka_ranges.hpp"
#include "connectors/kafka/kafka_tail.hpp"
#include "connectors/kafka/library_risks.hpp"
#include "connectors/kafka/steady_waits.hpp"

namespace sidestream::kafka {
namespace {

constexpr int syslog_critical = 2;

class TailHold final : public Tail {
 public:
  TailHold(std::shared_ptr<KafkaTail> tail, std::function<void()> release)
      : tail_(std::move(tail)), release_(std::move(release)) {}
  ~TailHold() override {
    tail_->stop();
    release_();
  }

 private:
  std::shared_ptr<KafkaTail> tail_;
  std::function<void()> release_;
};

// Of a connector that can't read.
class NoTail final : public Tail {};

class KafkaConnector final : public Connector, private ClientEvents {
 public:
  KafkaConnector(std::string name, Properties properties, Logger log)
      : login_(std::move(properties)) {
    context_.name = std::move(name);
    context_.log = std::move(log);
  }
  ~KafkaConnector() override { stop(); }

  OffsetFormat format() const override { return OffsetFormat::integer; }
  const ConnectorProbe& probe() const override { return context_.probe; }

  void take_login(const std::string& username, const std::string& password) override {
    login_.set(username, password);
  }
  void start() override;
  void stop() override;

  void extent(std::string log, Callback<LogExtent> done) override {
    ask_extent(context_, log, std::move(done));
  }
  void locate(std::string log, Timestamp time, Callback<Position> done) override {
    ask_locate(context_, log, time, std::move(done));
  }
  void back(std::string log, Partition partition, Offset end, std::int64_t count,
            Callback<Offset> done) override {
    ask_back(context_, log, partition, end, count, std::move(done));
  }
  void read(Range range, std::function<void(std::span<const Record>)> deliver,
            Callback<Offset> done) override {
    ranges_->read(std::move(range), std::move(deliver), std::move(done));
  }
  std::unique_ptr<Tail> tail(std::string log, Position from, TailSink& sink) override;
  void publish(std::string log, Message message, Callback<Published> done) override {
    producer_->publish(log, std::move(message), std::move(done));
  }

 private:
  // The tails' handles. A handle reads a topic once, so a second tail of the same topic (rare) has
  // another.
  struct TailClient {
    std::shared_ptr<KafkaClient> client;
    std::set<std::string> topics;
  };
  struct Tails {
    std::mutex mutex;
    std::vector<TailClient> clients;
    std::vector<std::weak_ptr<KafkaTail>> open;
    bool stopped = false;
  };

  std::unique_ptr<KafkaClient> make_client(Role role);
  std::shared_ptr<KafkaClient> client_for(const std::string& log);  // under tails_->mutex
  void serve();

  void on_error(rd_kafka_resp_err_t code, const std::string& text) noexcept override;
  void on_log(int level, const std::string& text) noexcept override;
  void on_report(const rd_kafka_message_t& message) noexcept override {
    producer_->on_report(message);
  }
  void on_open(rd_kafka_t* handle) noexcept override { login_.add(handle); }
  void on_close(rd_kafka_t* handle) noexcept override { login_.remove(handle); }

  KafkaLogin login_;
  Context context_;
  std::unique_ptr<KafkaClient> query_client_;
  std::unique_ptr<KafkaRanges> ranges_;
  std::unique_ptr<KafkaProducer> producer_;
  std::shared_ptr<Tails> tails_ = std::make_shared<Tails>();
  std::mutex monitor_mutex_;  // callbacks come while it is made and unmade
  std::unique_ptr<KafkaMonitor> monitor_;
  bool started_ = false;
};

std::unique_ptr<KafkaClient> KafkaConnector::make_client(Role role) {
  std::string reason;
  auto client = KafkaClient::make(role, login_.properties(), *this, reason);
  if (!client) {
    context_.log.error("kafka", "cannot create a client with these properties",
                       {{"connector", context_.name}, {"error", reason}});
    context_.probe.down("cannot create a client with these properties: " + reason);
  }
  return client;
}

void KafkaConnector::start() {
  started_ = true;
  for (const auto risk : library_risks()) {
    context_.log.warn("kafka", risk,
                      {{"connector", context_.name}, {"librdkafka", rd_kafka_version_str()}});
  }
  ranges_ = std::make_unique<KafkaRanges>(context_, [this] { return make_client(Role::range); });
  producer_ =
      std::make_unique<KafkaProducer>(context_, [this] { return make_client(Role::producer); });
  context_.ranges = ranges_.get();
  query_client_ = make_client(Role::query);
  if (!query_client_) return;
  context_.queries = std::make_unique<Queries>(*query_client_, context_.probe);
  const std::lock_guard lock(monitor_mutex_);
  monitor_ = std::make_unique<KafkaMonitor>(context_, *query_client_, [this] { serve(); });
}

// Those who ask end before what they ask.
void KafkaConnector::stop() {
  if (!std::exchange(started_, false)) return;
  std::vector<std::weak_ptr<KafkaTail>> open;
  {
    const std::lock_guard lock(tails_->mutex);
    tails_->stopped = true;
    open.swap(tails_->open);
  }
  for (const auto& weak : open) {
    if (const auto tail = weak.lock()) tail->stop();
  }
  producer_->stop();
  context_.workers.stop();
  if (monitor_) monitor_->stop();
  ranges_->stop();
  {
    const std::lock_guard lock(tails_->mutex);
    tails_->clients.clear();
  }
  context_.queries.reset();
  query_client_.reset();
  context_.probe.down("stopped");
}

std::shared_ptr<KafkaClient> KafkaConnector::client_for(const std::string& log) {
  for (auto& entry : tails_->clients) {
    if (entry.topics.insert(log).second) return entry.client;
  }
  std::shared_ptr<KafkaClient> client = make_client(Role::tail);
  if (client) tails_->clients.push_back({client, {log}});
  return client;
}

std::unique_ptr<Tail> KafkaConnector::tail(std::string log, Position from, TailSink& sink) {
  std::shared_ptr<KafkaTail> tail;
  std::shared_ptr<KafkaClient> client;
  {
    const std::lock_guard lock(tails_->mutex);
    if (tails_->stopped || !context_.queries) return std::make_unique<NoTail>();
    client = client_for(log);
    if (!client) return std::make_unique<NoTail>();
    tail = std::make_shared<KafkaTail>(context_, client, log, from, sink);
    std::erase_if(tails_->open, [](const auto& weak) { return weak.expired(); });
    tails_->open.push_back(tail);
    tail->start();
  }
  auto release = [tails = tails_, key = client.get(), log] {
    const std::lock_guard lock(tails->mutex);
    const auto entry = std::find_if(tails->clients.begin(), tails->clients.end(),
                                    [&](const auto& e) { return e.client.get() == key; });
    if (entry == tails->clients.end()) return;
    entry->topics.erase(log);
    // One is kept for whoever comes next; its tail ends the others.
    if (entry->topics.empty() && tails->clients.size() > 1) tails->clients.erase(entry);
  };
  return std::make_unique<TailHold>(std::move(tail), std::move(release));
}

void KafkaConnector::serve() {
  ranges_->poll();
  const std::lock_guard lock(tails_->mutex);
  for (const auto& entry : tails_->clients) entry.client->poll(0);
}

void KafkaConnector::on_error(rd_kafka_resp_err_t code, const std::string& text) noexcept {
  if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
      code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return;  // of one topic, seen to by those who read it
  }
  context_.log.debug("kafka", text,
                     {{"connector", context_.name}, {"code", rd_kafka_err2name(code)}});
  const std::lock_guard lock(monitor_mutex_);
  if (monitor_) monitor_->trouble(code, text);
}

void KafkaConnector::on_log(int level, const std::string& text) noexcept {
  // Failed connections are told by the monitor, once.
  if (level <= syslog_critical) {
    context_.log.error("kafka", text, {{"connector", context_.name}});
  } else {
    context_.log.debug("kafka", text, {{"connector", context_.name}});
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
