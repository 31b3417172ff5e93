#pragma once
// The HTTP server: two listeners, event loops that get the public port's connections in turn, and
// one loop for the admin port.
//
// Thread: start-up thread for all functions.
// Life: open() -> run() -> drain() ... -> stop(). Connectors must be stopped before this is
// destroyed, as their answers are posted to the loops.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/auth/revocation/revocation.hpp"
#include "sidecar/base/lifecycle.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/http/handlers/router.hpp"
#include "sidecar/http/limits/quota.hpp"
#include "sidecar/http/running_config.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/stream/log/memory.hpp"
#include "sidecar/stream/open_logs.hpp"

namespace sidestream {

class Server {
 public:
  // Borrows all.
  Server(const ConfigHolder& config, const Router& router, OpenLogs& logs, Memory& memory,
         ServerProbe& probe, Lifecycle& lifecycle, Quotas& quotas, const HiddenTexts& hidden,
         Logger log);
  ~Server();

  // Binds both ports. The problems, if any.
  std::vector<std::string> open();
  // "127.0.0.1:8080", with the port that the system chose where 0 was asked for.
  std::string streams_address() const;
  std::string admin_address() const;

  void run(int threads);
  // Notices certificates that have changed or expired. Call it every second.
  void look_at_certificates();
  // Refuses new streams and ends open ones within `window`.
  void drain(std::chrono::milliseconds window);
  // Ends the streams of those who are revoked. The log of revocations is read from before run(),
  // while there are no streams: nothing happens then. Thread: any.
  void revoke(const Revocation& revocation);
  // Accepts the connections that wait on the public port, then closes it. Later connections are
  // refused at once, so a proxy in front tries another replica.
  void stop_accepting();
  // Cuts open connections and joins the threads.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sidestream
