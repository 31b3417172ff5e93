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

void Health::refused(Activity activity, const std::string& stream, const std::string& why) {
  if (!probe_.refusals.refused(activity, stream, why)) return;
  log_.warn(
      "redis", "request refused",
      {{"connector", name_}, {"activity", name_of(activity)}, {"stream", stream}, {"error", why}});
}

void Health::served(Activity activity, const std::string& stream) {
  if (!probe_.refusals.served(activity, stream)) return;
  log_.info("redis", "request served again",
            {{"connector", name_}, {"activity", name_of(activity)}, {"stream", stream}});
}

void Health::update_probe() {
  if (const auto* problem = worst()) {
    probe_.down(problem->what + ", since " + problem->since);
  } else {
    probe_.up();
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

}  // namespace sidestream::redis
