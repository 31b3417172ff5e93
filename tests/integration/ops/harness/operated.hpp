#pragma once
// A sidecar whose configuration file changes while it runs.
//
//   Operated sidecar(config);
//   sidecar.config.topics.push_back("new: { from: local }");
//   sidecar.apply();
//
// Thread: the test's. Errors: throws where it does not come up.

#include <boost/json.hpp>

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/ops/harness/config_map.hpp"
#include "tests/support/harness/sidecar.hpp"

namespace e2e {

class Operated {
 public:
  enum class Way { swap, rename, rewrite };  // how the file changes
  struct Options {
    Way way = Way::rename;
    bool inotify = true;
    ConfigMap::Files secrets = {};  // beside the file, where the way is `swap`
  };

  explicit Operated(Config initial) : Operated(std::move(initial), Options{}) {}
  Operated(Config initial, Options options);

  Config config;  // what the next write() brings
  ConfigMap::Files secrets;

  void write() { write(config.yaml()); }
  void write(const std::string& text);
  void remove();  // the file
  void touch();   // new times, the same content
  // Writes and sends SIGHUP, and returns once it is in use. An expectation fails where that takes
  // too long.
  void apply();
  void apply_unasked();  // the same without the signal

  const Address& streams() const { return streams_; }
  const Address& admin() const { return admin_; }
  Process& process() { return *process_; }
  const std::string& path() const { return path_; }
  Metrics metrics() const { return Metrics(get(admin_, "/metrics").body); }
  double reloads(const std::string& result) const {
    return metrics().sum("sidestream_config_reloads_total", {"result=\"" + result + "\""});
  }
  // `config` of /readyz, which is 200.
  boost::json::object state() const;
  std::string status() const { return std::string(state().at("status").as_string()); }
  bool fails(Clock::duration within = promised);

  // A change is in use after so much time.
  static constexpr Clock::duration promised = 2s * patience;

 private:
  void apply(bool ask);

  Options options_;
  TempDir folder_;
  ConfigMap map_;
  std::string path_;
  std::unique_ptr<Process> process_;
  Address streams_, admin_;
};

}  // namespace e2e
