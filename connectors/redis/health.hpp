#pragma once
// Combines the state of the connector's connections and streams, for the probe and the log. A
// problem is logged when it begins and when it is over, not each time it is met.
//
// Thread: any.

#include <array>
#include <mutex>
#include <string>

#include "connectors/connector_probe.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream::redis {

class Health {
 public:
  enum class Part { ranges, publishing, tails, doorbell };  // the connections

  Health(std::string name, ConnectorProbe& probe, Logger log);

  // A connection can't be used; `why` is one sentence. The probe is down while any is unavailable.
  void unavailable(Part part, const std::string& why);
  void available(Part part);

  // The server refuses one activity on one stream (no permission, another type). The probe stays up
  // and its detail names the stream.
  void refused(Activity activity, const std::string& stream, const std::string& why);
  void served(Activity activity, const std::string& stream);

  const Logger& log() const { return log_; }

 private:
  struct Problem {
    std::string what;   // empty: none
    std::string since;  // RFC 3339
  };
  void update_probe();
  const Problem* worst() const;

  std::string name_;
  ConnectorProbe& probe_;
  Logger log_;
  std::mutex mutex_;  // guards the rest
  std::array<Problem, 4> parts_;
  std::string logged_;  // the last problem logged; empty: recovered
};

}  // namespace sidestream::redis
