#pragma once
// The server under test, as its users meet it: a binary, a file, two ports, signals.
//
// Thread: one at a time; made and destroyed on the test's thread (see process.hpp).
// Errors: throws where it does not come up; the text holds what it said.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/http.hpp"
#include "tests/support/harness/process.hpp"
#include "tests/support/harness/temp_dir.hpp"

namespace e2e {

// A configuration file in the making; every entry is one line of YAML.
struct Config {
  std::string listen = "127.0.0.1:0";
  std::string admin = "127.0.0.1:0";
  std::vector<std::string> server;        // "heartbeat: 200ms"
  std::vector<std::string> connectors;    // "local: { embedded: {} }"
  std::vector<std::string> access = {};   // "subject: sub"; empty: no access
  std::vector<std::string> topics;        // "orders: { from: local, publish: true }"
  std::vector<std::string> options = {};  // of the command line, besides --config

  std::string yaml() const;
};

// The binary: $SIDESTREAM_BINARY, else the one of this build.
std::string sidestream_binary();

// Numbers of /metrics by their full name, e.g. `sidestream_connections{topic="orders"}`.
class Metrics {
 public:
  explicit Metrics(const std::string& text);
  // The sum over all series of this name that have each of these labels (`topic="orders"`); 0 where
  // none.
  double sum(const std::string& name, const std::vector<std::string>& labels = {}) const;
  bool has(const std::string& name) const;
  std::size_t series() const { return values_.size(); }
  const std::map<std::string, double>& all() const { return values_; }

 private:
  std::map<std::string, double> values_;
};

class Sidecar {
 public:
  explicit Sidecar(Config config, Process::Environment environment = {});

  const Address& streams() const { return streams_; }
  const Address& admin() const { return admin_; }
  Process& process() { return *process_; }

  // Another life on the same ports.
  void kill();
  void start();
  void kill_and_start() {
    kill();
    start();
  }
  // SIGTERM; the exit status where it ends in time.
  std::optional<int> terminate(Clock::duration within = 30s);

  Metrics metrics() const;
  int ready_status() const { return get(admin_, "/readyz").status; }
  std::string log() const { return process_->output(); }
  const std::string& config_path() const { return path_; }

 private:
  void learn_addresses();

  TempDir folder_;
  Config config_;
  Process::Environment environment_;
  std::string path_;
  std::unique_ptr<Process> process_;
  Address streams_;
  Address admin_;
};

}  // namespace e2e
