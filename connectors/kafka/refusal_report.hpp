#pragma once
// Notes what the broker refuses in the connector's probe, and writes one log line when a refusal
// begins and one when it ends.
//
// Thread: any. Borrows: the probe.

#include <string>
#include <utility>

#include "connectors/connector_probe.hpp"
#include "connectors/kafka/kafka_handles.hpp"
#include "connectors/kafka/kafka_log.hpp"

namespace sidestream::kafka {

class RefusalReport {
 public:
  RefusalReport(KafkaLog log, ConnectorProbe& probe) : log_(std::move(log)), probe_(probe) {}

  void refused(Activity activity, const std::string& topic, const std::string& reason) const;
  // The activity works.
  void served(Activity activity, const std::string& topic) const;
  // Nothing wants it any more.
  void dropped(Activity activity, const std::string& topic) const {
    probe_.refusals.served(activity, topic);
  }

 private:
  const KafkaLog log_;
  ConnectorProbe& probe_;
};

// What is wrong, in the broker's or librdkafka's words.
std::string reason_of(rd_kafka_resp_err_t code);

}  // namespace sidestream::kafka
