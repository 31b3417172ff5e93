#pragma once
// The HTTP server: two listeners, and event loops that connections are dealt to in turn.
//
// Thread: start-up thread for all functions.
// Life: open() -> run() -> drain() ... -> stop(). Connectors must be stopped before this is
// destroyed, as their answers are posted to the loops.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/base/logger.hpp"
#include "sidecar/http/handlers/router.hpp"
#include "sidecar/http/running_config.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/stream/log/memory.hpp"
#include "sidecar/stream/open_logs.hpp"

namespace sidestream {

class Server {
 public:
  // Borrows all.
  Server(const ConfigHolder& serving, const Router& router, OpenLogs& logs, Memory& memory,
         ServerProbe& probe, Logger log);
  ~Server();

  // Binds both ports. The problems, if any.
  std::vector<std::string> open();
  // "127.0.0.1:8080", with the port that the system chose where 0 was asked for.
  std::string streams_address() const;
  std::string admin_address() const;

  void run(int threads);
  // New streams are refused, those that are open end within `window`.
  void drain(std::chrono::milliseconds window);
  // Takes the connections that wait on the public port, and no more: who comes later is refused at
  // once, and a proxy in front goes elsewhere.
  void stop_accepting();
  // Cuts what is left and joins the threads.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sidestream
