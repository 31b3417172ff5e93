#pragma once
// A real Kafka broker, and what a producer and an administrator do with it.
//
// The broker is $SIDESTREAM_TEST_KAFKA (host:port, or file:PATH of a file that contains it) if that
// is set, else one that tests/support/kafka starts. Tests that take the broker away start their own.
//
// Thread: one at a time. Errors: throws std::runtime_error with librdkafka's text.

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/harness/process.hpp"
#include "tests/support/harness/socket.hpp"
#include "tests/support/harness/temp_dir.hpp"

namespace e2e {

class KafkaBroker {  // one of our own
 public:
  // `more`: further arguments of tests/support/kafka/start.
  explicit KafkaBroker(std::vector<std::string> more = {});
  const std::string& bootstrap() const { return bootstrap_; }
  // Of the listener that `+link=PORT` adds.
  Address link_address() const { return listener("link-port"); }
  // Of the listener with a login that `+sasl` adds.
  Address sasl_address() const { return listener("sasl-port"); }
  Process& process() { return *process_; }
  void stop();  // -9
  void start();

 private:
  Address listener(const char* file) const;

  std::vector<std::string> more_;
  TempDir folder_;
  std::string bootstrap_;
  std::unique_ptr<Process> process_;
};

// The script that runs a broker, see tests/support/kafka/start.
std::string kafka_start_script();

// Where the broker of all tests that leave it alone listens; started by the first call.
const std::string& shared_kafka();

struct KafkaRecord {
  int partition = 0;
  std::optional<std::string> value;
  std::string key = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::int64_t timestamp_ms = 0;  // 0: now
};

class KafkaClient {
 public:
  using Properties = std::vector<std::pair<std::string, std::string>>;

  explicit KafkaClient(const std::string& bootstrap, const Properties& more = {});
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  // Appends in this order, each to its partition, and answers the offsets the broker gave.
  std::vector<std::int64_t> produce(const std::string& topic,
                                    const std::vector<KafkaRecord>& records);
  // The same where brokers come and go: no offset for a record that was written once or never. With
  // any of those the client is of no use any more.
  std::vector<std::optional<std::int64_t>> try_to_produce(const std::string& topic,
                                                          const std::vector<KafkaRecord>& records);
  // Hands a record over without waiting for its acknowledgement; see flush().
  void send(const std::string& topic, const KafkaRecord& record, std::int64_t* offset = nullptr);
  void flush(Clock::duration within = 60s);
  void serve();  // runs delivery reports

  // With as many replicas as the broker makes by default.
  void create_topic(const std::string& topic, int partitions, const Properties& settings = {});
  void delete_topic(const std::string& topic);
  void grow_topic(const std::string& topic, int partitions);
  void delete_records(const std::string& topic, int partition, std::int64_t before);
  std::pair<std::int64_t, std::int64_t> watermarks(const std::string& topic, int partition);
  // As the broker that answers sees it: how many there are, and which leads each partition (-1:
  // none).
  int brokers();
  std::vector<int> leaders(const std::string& topic);

  // Of a client with the property transactional.id.
  void begin();
  void commit();
  void abort();

 private:
  using Options =
      std::unique_ptr<rd_kafka_AdminOptions_t, decltype(&rd_kafka_AdminOptions_destroy)>;
  using Run = std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>;
  void administer(const char* what, const Run& run);
  using Metadata = std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)>;
  Metadata metadata();
  void wait_for_leaders(const std::string& topic, int partitions);

  rd_kafka_t* handle_ = nullptr;
  std::string failure_;  // of a delivery
  bool transactional_ = false;
};

}  // namespace e2e
