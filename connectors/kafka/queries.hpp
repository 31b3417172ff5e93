#pragma once
// Queries to the broker; nothing is cached. Each blocks its thread for at most its time-out, and
// fails at once while the probe is down: KafkaMonitor finds out when the broker is back.
//
// Thread: any, several at once. Owns: its clients. Borrows: probe, links, workers.
// Errors: librdkafka's codes; a time-out is one of them.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/kafka/broker_links.hpp"
#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/name_client.hpp"
#include "connectors/kafka/topic_metadata.hpp"
#include "connectors/kafka/topic_table.hpp"

namespace sidestream::kafka {

struct Watermarks {
  std::int64_t low = 0;
  std::int64_t high = 0;  // the stable end: the next record that a reader may see
};

// Why a query failed.
struct Refusal {
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  bool missing() const { return means_missing(code); }
  // No broker has answered: librdkafka's own codes are negative.
  bool unanswered() const { return code < 0 && !missing(); }
};

class Queries {
 public:
  // Limit for one query. The caller retries.
  static constexpr int timeout_ms = 2000;

  // `make_client`: for topics that were never seen.
  Queries(const ConnectorProbe& probe, const BrokerLinks& links, Workers& workers,
          NameClient::MakeClient make_client)
      : probe_(probe), links_(links), names_(workers, std::move(make_client)) {}

  // Before the probe is up. `client` may be null: then all queries fail.
  void open(std::unique_ptr<KafkaClient> client) { client_ = std::move(client); }
  // Serves the callbacks of the other client.
  void poll() { names_.poll(); }
  // After the last query.
  void close() {
    names_.close();
    client_.reset();
  }
  // Whether a query can be sent. False: it would fail at once.
  bool open() const { return probe_.is_up(); }
  // Null before open() and after close().
  const KafkaClient* client() const { return client_.get(); }

  // The leaders of the topic's partitions, -1 where there is none. Updates `topic`.
  boost::system::result<std::vector<std::int32_t>, Refusal> leaders(TopicState& topic) const;

  // The watermarks of each partition; absent where its leader did not answer, or there is none.
  // Each leader is queried separately, so a dead one affects only its own partitions.
  std::vector<std::optional<Watermarks>> watermarks(const std::string& topic,
                                                    const std::vector<std::int32_t>& leaders) const;
  std::optional<Watermarks> watermarks(const std::string& topic, Partition partition) const;

  // For each partition with a leader the first offset whose timestamp is at or after `time`, or -1.
  std::vector<std::optional<std::int64_t>> first_since(const std::string& topic,
                                                       const std::vector<std::int32_t>& leaders,
                                                       std::int64_t time_ms) const;

  // A different id than before means that the topic was recreated. See topic_id.hpp.
  std::optional<std::string> topic_id(const std::string& topic) const;

  // Whether offsets count records, as far as is known. Queries the topic's configuration once.
  bool exact(TopicState& topic) const;

 private:
  std::vector<std::optional<std::int64_t>> by_time(const std::string& topic,
                                                   const std::vector<std::int32_t>& leaders,
                                                   std::int64_t time) const;
  std::optional<Density> query_density(const std::string& topic) const;

  boost::system::result<std::vector<std::int32_t>, Refusal> leaders(const KafkaClient& client,
                                                                    TopicState& topic) const;

  std::unique_ptr<KafkaClient> client_;
  const ConnectorProbe& probe_;
  const BrokerLinks& links_;
  mutable NameClient names_;  // has a lock of its own
};

}  // namespace sidestream::kafka
