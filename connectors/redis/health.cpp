#include "connectors/redis/health.hpp"

#include "sidecar/base/time_text.hpp"

namespace sidestream::redis {
namespace {

constexpr const char* not_yet = "not connected yet";

}  // namespace

Health::Health(std::string name, ConnectorProbe& probe, Logger log)
    : name_(std::move(name)), probe_(probe), log_(std::move(log)) {
  for (auto& part : parts_) part = {not_yet, format_now()};
}

void Health::unavailable(Part part, const std::string& why) {
  const std::lock_guard lock(mutex_);
  auto& problem = parts_[static_cast<std::size_t>(part)];
  if (problem.what.empty()) problem.since = format_now();
  problem.what = why;
  if (logged_ != why) {
    log_.warn("redis", "server unavailable", {{"connector", name_}, {"error", why}});
    logged_ = why;
  }
  update_probe();
}

void Health::available(Part part) {
  const std::lock_guard lock(mutex_);
  parts_[static_cast<std::size_t>(part)] = {};
  if (!worst() && !logged_.empty()) {
    log_.info("redis", "server available again", {{"connector", name_}});
    logged_.clear();
  }
  update_probe();
}

void Health::stream_unreadable(const std::string& stream, const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (streams_.size() >= streams_max && !streams_.contains(stream)) return;
  auto& known = streams_[stream];
  if (known == why) return;
  known = why;
  log_.warn("redis", "cannot read a stream",
            {{"connector", name_}, {"stream", stream}, {"error", why}});
  update_probe();
}

void Health::stream_readable(const std::string& stream) {
  const std::lock_guard lock(mutex_);
  if (streams_.erase(stream) == 0) return;
  log_.info("redis", "stream is readable again", {{"connector", name_}, {"stream", stream}});
  update_probe();
}

void Health::update_probe() {
  if (const auto* problem = worst()) {
    probe_.down(problem->what + ", since " + problem->since);
  } else {
    probe_.up(streams_text());
  }
}

const Health::Problem* Health::worst() const {
  const Problem* found = nullptr;
  for (const auto& part : parts_) {
    if (part.what.empty()) continue;
    if (!found || found->what == not_yet) found = &part;
  }
  return found;
}

std::string Health::streams_text() const {
  if (streams_.empty()) return {};
  const auto& [stream, what] = *streams_.begin();
  auto text = "stream " + stream + " can't be read: " + what;
  if (streams_.size() > 1) text += " (and " + std::to_string(streams_.size() - 1) + " more)";
  return text;
}

}  // namespace sidestream::redis
