#include "tests/support/harness/sidecar.hpp"

#include <signal.h>
#include <stdlib.h>

#include <boost/json.hpp>
#include <sstream>
#include <stdexcept>

namespace e2e {
namespace {

std::string section(const std::string& name, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string text = name + ":\n";
  for (const auto& line : lines) text += "  " + line + "\n";
  return text;
}

bool announces_listening(const std::string& line) {
  boost::system::error_code error;
  const auto json = boost::json::parse(line, error);
  if (error || !json.is_object()) return false;
  const auto* message = json.as_object().if_contains("message");
  return message && message->is_string() && message->as_string() == "listening";
}

}  // namespace

std::string Config::yaml() const {
  auto lines = server;
  lines.insert(lines.begin(), {"listen: \"" + listen + "\"", "admin: \"" + admin + "\""});
  return section("server", lines) + (access.empty() ? "" : section("access", access)) +
         section("connectors", connectors) + section("topics", topics);
}

std::string sidestream_binary() {
  const char* given = getenv("SIDESTREAM_BINARY");
  return given ? given : SIDESTREAM_BUILT_BINARY;
}

Metrics::Metrics(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto space = line.rfind(' ');
    values_[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
}

double Metrics::sum(const std::string& name, const std::vector<std::string>& labels) const {
  double total = 0;
  for (const auto& [series, value] : values_) {
    const auto brace = series.find('{');
    if (series.substr(0, brace) != name) continue;
    bool all = true;
    for (const auto& label : labels)
      all = all && series.find(label, name.size()) != std::string::npos;
    if (all) total += value;
  }
  return total;
}

bool Metrics::has(const std::string& name) const {
  const auto at = values_.lower_bound(name);
  return at != values_.end() && at->first.substr(0, at->first.find('{')) == name;
}

Sidecar::Sidecar(Config config, Process::Environment environment)
    : config_(std::move(config)), environment_(std::move(environment)) {
  start();
}

void Sidecar::start() {
  path_ = folder_.write("sidestream.yaml", config_.yaml());
  std::vector<std::string> command{sidestream_binary(), "--config", path_};
  command.insert(command.end(), config_.options.begin(), config_.options.end());
  process_ = std::make_unique<Process>(command, environment_);
  learn_addresses();
  config_.listen = streams_.text();
  config_.admin = admin_.text();
}

void Sidecar::learn_addresses() {
  const auto line = process_->line(announces_listening, 15s * patience);
  if (!line) {
    throw std::runtime_error("the sidecar does not come up with\n" + config_.yaml() +
                             "\nit said:\n" + process_->output());
  }
  const auto fields = boost::json::parse(*line).as_object();
  streams_ = Address::parse(std::string(fields.at("streams").as_string()));
  admin_ = Address::parse(std::string(fields.at("admin").as_string()));
}

void Sidecar::kill() { process_->kill(); }

std::optional<int> Sidecar::terminate(Clock::duration within) {
  process_->signal(SIGTERM);
  return process_->exit_status(within);
}

Metrics Sidecar::metrics() const { return Metrics(get(admin_, "/metrics").body); }

}  // namespace e2e
