#pragma once
// The pages of the admin port: health, topics, metrics, console. Thread: any.

#include <functional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/http/exchange.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/stream/topics.hpp"

namespace sidestream {

struct NamedConnector {
  std::string name;
  std::string kind;
  const Connector* connector;
};

class AdminPages {
 public:
  // Borrows all. `metrics` gives the Prometheus text.
  AdminPages(Topics& topics, std::vector<NamedConnector> connectors, const ServerProbe& probe,
             std::function<std::string()> metrics, bool console);

  bool console() const { return console_; }
  // Nothing: not a page of ours.
  std::optional<Response> answer(const Request& request) const;

 private:
  Response ready() const;
  Response list_topics() const;

  Topics& topics_;
  std::vector<NamedConnector> connectors_;
  const ServerProbe& probe_;
  std::function<std::string()> metrics_;
  bool console_;
};

}  // namespace sidestream
