#include "connectors/kafka/refusal_report.hpp"

namespace sidestream::kafka {

void RefusalReport::refused(Activity activity, const std::string& topic,
                            const std::string& reason) const {
  if (!probe_.refusals.refused(activity, topic, reason)) return;
  log_.logger.warn("kafka", "request refused",
                   {{"connector", log_.connector},
                    {"activity", name_of(activity)},
                    {"topic", topic},
                    {"error", reason}});
}

void RefusalReport::served(Activity activity, const std::string& topic) const {
  if (!probe_.refusals.served(activity, topic)) return;
  log_.logger.info(
      "kafka", "request served again",
      {{"connector", log_.connector}, {"activity", name_of(activity)}, {"topic", topic}});
}

std::string reason_of(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return "the topic does not exist";
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
      return "the broker does not accept the record's time; the clock of this host differs too "
             "much "
             "from the broker's";
    default:
      return rd_kafka_err2str(code);
  }
}

}  // namespace sidestream::kafka
