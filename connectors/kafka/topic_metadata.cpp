#include "connectors/kafka/topic_metadata.hpp"

#include <map>
#include <string>

#include "connectors/kafka/refusal_report.hpp"

namespace sidestream::kafka {
namespace {

constexpr int max_listed = 5;

// "1, 4, 7 and 12 more"
class NumberList {
 public:
  void add(std::int32_t number) {
    if (++count_ <= max_listed)
      text_.append(text_.empty() ? "" : ", ").append(std::to_string(number));
  }
  std::string text() const {
    return count_ <= max_listed ? text_
                                : text_ + " and " + std::to_string(count_ - max_listed) + " more";
  }

 private:
  std::string text_;
  int count_ = 0;
};

std::string trouble_of(const rd_kafka_metadata_topic_t& found, const BrokerLinks& links) {
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR &&
      found.err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
    return reason_of(found.err);
  }
  std::map<std::string, NumberList> causes;
  for (int i = 0; i < found.partition_cnt; ++i) {
    const auto& partition = found.partitions[i];
    const auto cause =
        partition.leader < 0 ? std::string("no leader") : links.trouble(partition.leader);
    if (!cause.empty()) causes[cause].add(partition.id);
  }
  std::string text;
  for (const auto& [cause, partitions] : causes) {
    text.append(text.empty() ? "" : "; ").append("partition " + partitions.text() + ": " + cause);
  }
  return text;
}

std::string lagging_replicas_of(const rd_kafka_metadata_topic_t& found) {
  for (int i = 0; i < found.partition_cnt; ++i) {
    const auto& partition = found.partitions[i];
    if (partition.isr_cnt >= partition.replica_cnt) continue;
    return "partition " + std::to_string(partition.id) + ": " + std::to_string(partition.isr_cnt) +
           " of " + std::to_string(partition.replica_cnt) + " replicas in sync";
  }
  return {};
}

}  // namespace

bool means_missing(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

void observe(TopicState& topic, const rd_kafka_metadata_topic_t& found, const BrokerLinks& links) {
  topic.set_trouble(trouble_of(found, links), lagging_replicas_of(found));
  if (means_missing(found.err)) {
    topic.observe(0);
  } else if (found.partition_cnt > 0) {
    topic.observe(found.partition_cnt);
  }
}

}  // namespace sidestream::kafka
