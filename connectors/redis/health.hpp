#pragma once
// One state made of those of the connector's connections and streams, told to the probe and the
// log. A trouble is logged when it begins and when it is over, not each time it is met again.
//
// Thread: any.

#include <array>
#include <map>
#include <mutex>
#include <string>

#include "connectors/connector.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream::redis {

class Health {
 public:
  enum class Part { ranges, publishing, tails, doorbell };  // the connections

  Health(std::string name, ConnectorProbe& probe, Logger log);

  // A connection can't be used: one sentence. The probe is down while there is one such.
  void ill(Part part, const std::string& what);
  void well(Part part);

  // A single stream can't be read (its key holds another type, no permission). The probe stays up
  // and its detail names the stream.
  void stream_ill(const std::string& stream, const std::string& what);
  void stream_well(const std::string& stream);

  const Logger& log() const { return log_; }

 private:
  struct Trouble {
    std::string what;   // empty: none
    std::string since;  // RFC 3339
  };
  void tell_probe();
  const Trouble* worst() const;
  std::string streams_text() const;

  static constexpr std::size_t streams_most = 100;
  std::string name_;
  ConnectorProbe& probe_;
  Logger log_;
  std::mutex mutex_;
  std::array<Trouble, 4> parts_;
  std::map<std::string, std::string> streams_;
  std::string logged_;  // the trouble that the log knows of
};

}  // namespace sidestream::redis
