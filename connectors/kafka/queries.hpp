#pragma once
// Questions to the broker, asked anew each time. Each blocks its thread for at most its time-out,
// and not at all while the probe is down: KafkaMonitor finds out when asking makes sense again.
//
// Thread: any, several at once. Errors: librdkafka's codes; a time-out is one of them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/topics.hpp"

namespace sidestream::kafka {

struct Watermarks {
  std::int64_t low = 0;
  std::int64_t high = 0;  // the stable end: the next record that a reader may see
};

// Why a question has no answer.
struct Refusal {
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  bool missing() const {
    return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
  }
};

class Queries {
 public:
  // How long one question may take. What isn't answered by then is asked again, or left open.
  static constexpr int timeout_ms = 2000;

  // Borrows both.
  Queries(const KafkaClient& client, const ConnectorProbe& probe)
      : client_(client), probe_(probe) {}

  // The leaders of the topic's partitions, -1 where there is none. Writes into `topic` what it
  // learns.
  boost::system::result<std::vector<std::int32_t>, Refusal> leaders(Topic& topic) const;

  // Of the partitions asked for, those that answered; the rest of `timeout_ms` is not spent on a
  // partition without a leader, and each leader is asked by itself, so that a dead one spoils only
  // its own.
  std::vector<std::optional<Watermarks>> watermarks(const std::string& topic,
                                                    const std::vector<std::int32_t>& leaders) const;
  std::optional<Watermarks> watermarks(const std::string& topic, Partition partition) const;

  // For each partition with a leader the first offset whose timestamp is at or after `time`, or -1.
  std::vector<std::optional<std::int64_t>> first_since(const std::string& topic,
                                                       const std::vector<std::int32_t>& leaders,
                                                       std::int64_t time_ms) const;

  // Where it is another one than before, the topic was deleted and recreated. See topic_id.hpp.
  std::optional<std::string> topic_id(const std::string& topic) const;

  // Whether offsets count records, as far as can be told. Asks for the topic's configuration once.
  bool exact(Topic& topic) const;

 private:
  std::vector<std::optional<std::int64_t>> by_time(const std::string& topic,
                                                   const std::vector<std::int32_t>& leaders,
                                                   std::int64_t time) const;
  std::optional<Density> ask_density(const std::string& topic) const;

  const KafkaClient& client_;
  const ConnectorProbe& probe_;
};

}  // namespace sidestream::kafka
