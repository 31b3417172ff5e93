#include "tests/support/harness/kafka.hpp"

#include <array>
#include <fstream>
#include <stdexcept>

namespace e2e {
namespace {

constexpr int give_up_ms = 15'000 * patience;

using Event = std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)>;

[[noreturn]] void fail(const std::string& what, const std::string& why) {
  throw std::runtime_error("kafka: " + what + ": " + why);
}

void check(const char* what, rd_kafka_resp_err_t error) {
  if (error) fail(what, rd_kafka_err2str(error));
}

void check(const char* what, rd_kafka_error_t* error) {
  if (!error) return;
  const std::string why = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  fail(what, why);
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (message->err) *static_cast<std::string*>(opaque) = rd_kafka_err2str(message->err);
  if (message->_private) {
    *static_cast<std::int64_t*>(message->_private) = message->err ? -1 : message->offset;
  }
}

bool answers(const std::string& bootstrap) {
  KafkaClient client(bootstrap);
  try {
    client.watermarks("no-such-topic", 0);
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    return text.find("imed out") == std::string::npos &&
           text.find("transport") == std::string::npos;
  }
  return true;
}

}  // namespace

KafkaClient::KafkaClient(const std::string& bootstrap, const Properties& more) {
  char why[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  const auto set = [&](const char* name, const std::string& value) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) {
      fail(name, why);
    }
  };
  set("bootstrap.servers", bootstrap);
  set("enable.idempotence", "true");
  set("linger.ms", "2");
  set("log_level", "0");
  for (const auto& [name, value] : more) set(name.c_str(), value);
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_conf_set_opaque(conf, &failure_);
  handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (!handle_) fail("no producer", why);
}

KafkaClient::~KafkaClient() { rd_kafka_destroy(handle_); }

void KafkaClient::send(const std::string& topic, const KafkaRecord& record, std::int64_t* offset) {
  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
  }
  // A value of no bytes is not the same as no value.
  void* value = record.value ? const_cast<char*>(record.value->data()) : nullptr;
  const std::size_t size = record.value ? record.value->size() : 0;
  const void* key = record.key.empty() ? nullptr : record.key.data();
  for (;;) {
    const auto error = rd_kafka_producev(
        handle_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(record.partition),
        RD_KAFKA_V_VALUE(value, size), RD_KAFKA_V_KEY(key, record.key.size()),
        RD_KAFKA_V_TIMESTAMP(record.timestamp_ms), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(offset), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return check("produce", error);
    rd_kafka_poll(handle_, 10);
  }
}

void KafkaClient::serve() { rd_kafka_poll(handle_, 0); }

void KafkaClient::flush(Clock::duration within) {
  check("flush",
        rd_kafka_flush(handle_,
                       static_cast<int>(std::chrono::duration_cast<Milliseconds>(within).count())));
  if (!failure_.empty()) fail("delivery", std::exchange(failure_, {}));
}

std::vector<std::int64_t> KafkaClient::produce(const std::string& topic,
                                               const std::vector<KafkaRecord>& records) {
  std::vector<std::int64_t> offsets(records.size(), -1);
  for (std::size_t i = 0; i < records.size(); ++i) send(topic, records[i], &offsets[i]);
  flush();
  return offsets;
}

std::vector<std::optional<std::int64_t>> KafkaClient::try_to_produce(
    const std::string& topic, const std::vector<KafkaRecord>& records) {
  std::vector<std::int64_t> told(records.size(), -1);
  for (std::size_t i = 0; i < records.size(); ++i) send(topic, records[i], &told[i]);
  if (rd_kafka_flush(handle_, give_up_ms)) {
    rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(handle_, give_up_ms);
  }
  failure_.clear();
  std::vector<std::optional<std::int64_t>> offsets(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (told[i] >= 0) offsets[i] = told[i];
  }
  return offsets;
}

void KafkaClient::administer(const char* what, const Run& run) {
  char why[512];
  const Options options(rd_kafka_AdminOptions_new(handle_, RD_KAFKA_ADMIN_OP_ANY),
                        rd_kafka_AdminOptions_destroy);
  rd_kafka_AdminOptions_set_operation_timeout(options.get(), 10000, why, sizeof why);
  const std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)> queue(
      rd_kafka_queue_new(handle_), rd_kafka_queue_destroy);
  run(options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), 30000), rd_kafka_event_destroy);
  if (!event) fail(what, "no answer");
  if (rd_kafka_event_error(event.get())) fail(what, rd_kafka_event_error_string(event.get()));
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results = nullptr;
  if (const auto* created = rd_kafka_event_CreateTopics_result(event.get())) {
    results = rd_kafka_CreateTopics_result_topics(created, &count);
  } else if (const auto* deleted = rd_kafka_event_DeleteTopics_result(event.get())) {
    results = rd_kafka_DeleteTopics_result_topics(deleted, &count);
  } else if (const auto* grown = rd_kafka_event_CreatePartitions_result(event.get())) {
    results = rd_kafka_CreatePartitions_result_topics(grown, &count);
  }
  for (std::size_t i = 0; i < count; ++i) check(what, rd_kafka_topic_result_error(results[i]));
}

void KafkaClient::create_topic(const std::string& topic, int partitions,
                               const Properties& settings) {
  administer("create topic", [&](auto* options, auto* queue) {
    char why[512];
    rd_kafka_NewTopic_t* wanted =
        rd_kafka_NewTopic_new(topic.c_str(), partitions, -1, why, sizeof why);
    for (const auto& [name, value] : settings) {
      rd_kafka_NewTopic_set_config(wanted, name.c_str(), value.c_str());
    }
    rd_kafka_CreateTopics(handle_, &wanted, 1, options, queue);
    rd_kafka_NewTopic_destroy(wanted);
  });
  wait_for_leaders(topic, partitions);
}

void KafkaClient::wait_for_leaders(const std::string& topic, int partitions) {
  const auto led = [&] {
    try {
      metadata();
      for (int partition = 0; partition < partitions; ++partition) watermarks(topic, partition);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  if (!eventually(led, 20s)) fail("create topic", "its partitions get no leaders");
}

// What the handle knows of partitions is minutes old otherwise.
KafkaClient::Metadata KafkaClient::metadata() {
  const struct rd_kafka_metadata* metadata = nullptr;
  check("metadata", rd_kafka_metadata(handle_, 1, nullptr, &metadata, 5000));
  return Metadata(metadata, rd_kafka_metadata_destroy);
}

int KafkaClient::brokers() { return metadata()->broker_cnt; }

std::vector<int> KafkaClient::leaders(const std::string& topic) {
  std::vector<int> leaders;
  const auto all = metadata();
  for (int i = 0; i < all->topic_cnt; ++i) {
    const auto& found = all->topics[i];
    if (found.topic != topic) continue;
    for (int p = 0; p < found.partition_cnt; ++p) leaders.push_back(found.partitions[p].leader);
  }
  return leaders;
}

void KafkaClient::delete_topic(const std::string& topic) {
  administer("delete topic", [&](auto* options, auto* queue) {
    rd_kafka_DeleteTopic_t* wanted = rd_kafka_DeleteTopic_new(topic.c_str());
    rd_kafka_DeleteTopics(handle_, &wanted, 1, options, queue);
    rd_kafka_DeleteTopic_destroy(wanted);
  });
}

void KafkaClient::grow_topic(const std::string& topic, int partitions) {
  administer("grow topic", [&](auto* options, auto* queue) {
    char why[512];
    rd_kafka_NewPartitions_t* wanted = rd_kafka_NewPartitions_new(
        topic.c_str(), static_cast<std::size_t>(partitions), why, sizeof why);
    rd_kafka_CreatePartitions(handle_, &wanted, 1, options, queue);
    rd_kafka_NewPartitions_destroy(wanted);
  });
  wait_for_leaders(topic, partitions);
}

void KafkaClient::delete_records(const std::string& topic, int partition, std::int64_t before) {
  administer("delete records", [&](auto* options, auto* queue) {
    auto* offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(offsets, topic.c_str(), partition)->offset = before;
    rd_kafka_DeleteRecords_t* wanted = rd_kafka_DeleteRecords_new(offsets);
    rd_kafka_topic_partition_list_destroy(offsets);
    rd_kafka_DeleteRecords(handle_, &wanted, 1, options, queue);
    rd_kafka_DeleteRecords_destroy(wanted);
  });
  if (before >= 0 && watermarks(topic, partition).first != before) {
    fail("delete records", "the log does not start where it should");
  }
}

std::pair<std::int64_t, std::int64_t> KafkaClient::watermarks(const std::string& topic,
                                                              int partition) {
  std::int64_t low = 0, high = 0;
  check("watermarks",
        rd_kafka_query_watermark_offsets(handle_, topic.c_str(), partition, &low, &high, 2000));
  return {low, high};
}

void KafkaClient::begin() {
  if (!std::exchange(transactional_, true)) {
    check("transactions", rd_kafka_init_transactions(handle_, 30000));
  }
  check("begin", rd_kafka_begin_transaction(handle_));
}
void KafkaClient::commit() { check("commit", rd_kafka_commit_transaction(handle_, 30000)); }
void KafkaClient::abort() { check("abort", rd_kafka_abort_transaction(handle_, 30000)); }

std::string kafka_start_script() { return SIDESTREAM_KAFKA_START; }

KafkaBroker::KafkaBroker(std::vector<std::string> more) : more_(std::move(more)) { start(); }

void KafkaBroker::stop() { process_->kill(); }

void KafkaBroker::start() {
  std::vector<std::string> command{kafka_start_script(), folder_.path().string(), "0"};
  command.insert(command.end(), more_.begin(), more_.end());
  process_ = std::make_unique<Process>(command);
  const auto up = [this] {
    std::ifstream file(folder_.file("port"));
    std::string port;
    if (!(file >> port)) return false;
    bootstrap_ = "127.0.0.1:" + port;
    return answers(bootstrap_);
  };
  // The first one on a machine fetches its jars.
  if (!eventually(up, 180s)) {
    throw std::runtime_error("kafka does not come up: " + process_->output());
  }
}

Address KafkaBroker::listener(const char* file) const {
  std::string port;
  eventually([&] { return bool(std::ifstream(folder_.file(file)) >> port); });
  return Address::parse("127.0.0.1:" + port);
}

namespace {

// HOST:PORT, or file:PATH of a file that contains it.
std::string given_kafka(const std::string& given) {
  const std::string prefix = "file:";
  if (given.rfind(prefix, 0) != 0) return given;
  std::string address;
  if (!(std::ifstream(given.substr(prefix.size())) >> address)) fail(given, "no broker runs");
  return address;
}

}  // namespace

const std::string& shared_kafka() {
  static const std::string bootstrap = [] {
    if (const char* given = getenv("SIDESTREAM_TEST_KAFKA")) return given_kafka(given);
    static KafkaBroker broker;
    return broker.bootstrap();
  }();
  return bootstrap;
}

}  // namespace e2e
