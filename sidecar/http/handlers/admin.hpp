#pragma once
// The pages of the admin port: health, topics, metrics, console. Thread: any.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/base/lifecycle.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/http/proxy/readiness.hpp"
#include "sidecar/http/running_config.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/stream/open_logs.hpp"

namespace sidestream {

struct NamedConnector {
  std::string name;
  std::string kind;
  std::shared_ptr<const Connector> connector;
};

class AdminPages {
 public:
  struct Calls {
    std::function<std::string()> metrics;  // the Prometheus text
    std::function<std::vector<NamedConnector>()> connectors;
    std::function<void()> drain;  // starts the drain
    // A text of a broker or the app without what no message may show. Null: all is shown.
    std::function<std::string(std::string_view)> shown;
  };
  // Borrows logs, probe and lifecycle.
  AdminPages(OpenLogs& logs, const ServerProbe& probe, const Lifecycle& lifecycle, Calls calls)
      : logs_(logs), probe_(probe), lifecycle_(lifecycle), calls_(std::move(calls)) {}

  // The upstream app may have to be asked first: the caller does so, then calls readiness(). Revoke:
  // the caller reads the body and appends it to the log of revocations.
  struct AskReadiness {};
  struct Revoke {};
  using Page = std::variant<Response, AskReadiness, Revoke>;
  // Nothing: no admin page has this path.
  std::optional<Page> find(const RunningConfig& config, const Request& request) const;

  // The page of /readyz. `app`: what the upstream app answered; null if it was not asked.
  Response readiness(const AppState* app, const RunningConfig& config) const;

 private:
  Response drain(const Request& request) const;
  Response list_topics(const TopicMap& topics) const;

  OpenLogs& logs_;
  const ServerProbe& probe_;
  const Lifecycle& lifecycle_;
  Calls calls_;
};

}  // namespace sidestream
