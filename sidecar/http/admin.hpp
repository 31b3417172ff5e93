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
  // `metrics` gives the Prometheus text; `drain` starts the drain, none: not by HTTP.
  struct Calls {
    std::function<std::string()> metrics;
    std::function<void()> drain;
  };
  // Borrows all.
  AdminPages(Topics& topics, std::vector<NamedConnector> connectors, const ServerProbe& probe,
             Calls calls, bool console);

  bool console() const { return console_; }
  // Nothing: not a page of ours.
  std::optional<Response> answer(const Request& request) const;

 private:
  Response drain(const Request& request) const;
  Response ready() const;
  Response list_topics() const;

  Topics& topics_;
  std::vector<NamedConnector> connectors_;
  const ServerProbe& probe_;
  Calls calls_;
  bool console_;
};

}  // namespace sidestream
