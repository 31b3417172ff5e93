#pragma once
// The composition root: owns everything in dependency order and runs the process.
//
//   open()  binds the ports
//   run()   starts connectors and event loops, waits for a signal, drains, stops

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/app/access_runtime.hpp"
#include "sidecar/app/drain.hpp"
#include "sidecar/app/drain_socket.hpp"
#include "sidecar/app/end_topics.hpp"
#include "sidecar/app/heap_trim.hpp"
#include "sidecar/app/reload/config_loader.hpp"
#include "sidecar/app/reload/reload.hpp"
#include "sidecar/app/signals.hpp"
#include "sidecar/base/hidden_texts.hpp"
#include "sidecar/base/lifecycle.hpp"
#include "sidecar/base/log_writer.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/http/handlers/admin.hpp"
#include "sidecar/http/handlers/router.hpp"
#include "sidecar/http/limits/quota.hpp"
#include "sidecar/http/server.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/settings/load.hpp"
#include "sidecar/stream/log/memory.hpp"
#include "sidecar/stream/open_logs.hpp"
#include "sidecar/stream/replay/replay.hpp"

namespace sidestream {

class Application {
 public:
  // Borrows the hidden texts, to which a reload adds, and the writer, for its metric. Blocks the signals that run() waits for. Requires: no other thread has been started.
  Application(Loaded loaded, const std::string& config, HiddenTexts& hidden, Logger log,
              const LogWriter& writer);
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  // Returns the problems that prevent a start, if any.
  std::vector<std::string> open();
  // Returns the exit code.
  int run();

 private:
  AdminPages::Calls calls();
  std::shared_ptr<const RunningConfig> settings() const { return configuration_.serving().get(); }
  std::string metrics() const;
  void wait_for_end();
  void check_file_limit();

  Signals signals_;  // first: blocks signals before any thread starts
  HiddenTexts& hidden_;
  Logger log_;
  const LogWriter& writer_;
  Memory memory_;
  ServerProbe probe_;
  Lifecycle lifecycle_;
  Quotas quotas_;
  AccessRuntime access_;
  Configuration configuration_;
  ReplayPool pool_;
  OpenLogs logs_;
  AdminPages pages_;
  Router router_;
  Server server_;
  Reload reload_;
  DrainSocket drain_socket_;
  std::atomic<bool> drain_requested_{false};
  Drain drain_;
  HeapTrim heap_trim_;
  EndTopics end_topics_;
};

}  // namespace sidestream
