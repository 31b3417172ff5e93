#include "sidecar/app/collect_stats.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream {
namespace {

void add(TopicStats& topic, OpenLog& open, std::int64_t now) {
  const auto stats = open.topic_log().stats();
  ++topic.open_logs;
  if (!open.topic_log().is_open() && open.readers() > 0) ++topic.opening_logs;
  topic.log_bytes += stats.bytes;
  topic.log_frames += stats.frames;
  topic.slowest_lag = std::max(topic.slowest_lag, open.slowest_lag());
  if (stats.oldest_ms <= 0) return;
  const double age = static_cast<double>(now - stats.oldest_ms) / 1000;
  topic.log_age_seconds = std::max(topic.log_age_seconds, age);
}

}  // namespace

std::vector<TopicStats> collect_topics(const RunningConfig& config, const OpenLogs& logs) {
  std::vector<TopicStats> all;
  const auto now = unix_now_ms();
  for (const auto& topic : config.topics.all()) {
    TopicStats stats{topic->settings.name, &topic->probe};
    for (const auto& open : logs.of(topic)) add(stats, *open, now);
    all.push_back(std::move(stats));
  }
  return all;
}

std::vector<ConnectorStats> collect_connectors(const Configuration& configuration) {
  std::vector<ConnectorStats> all;
  for (const auto& entry : configuration.connectors()) {
    const ConnectorProbe& probe = entry.connector->probe();
    all.push_back({entry.name, entry.kind, probe.is_up(), probe.reconnects, probe.errors,
                   probe.records_read, probe.ranges_read, probe.published, probe.publish_failures,
                   probe.tails, probe.refusals.waiting(), probe.refusals.totals()});
  }
  return all;
}

std::optional<AccessStats> collect_access(const Access* access, const TokenProbe& tokens) {
  if (!access) return std::nullopt;
  AccessStats stats;
  for (std::size_t i = 0; i < TokenProbe::results; ++i)
    stats.tokens.emplace_back(TokenProbe::name(i), tokens.count(i));
  if (!access->keys()) return stats;
  for (const KeyState& keys : access->keys()->states()) {
    IssuerStats issuer{keys.issuer, keys.keys, std::nullopt, keys.fetches, keys.failures};
    if (keys.loaded_ms > 0)
      issuer.age_seconds = static_cast<double>(unix_now_ms() - keys.loaded_ms) / 1000;
    stats.issuers.push_back(std::move(issuer));
  }
  return stats;
}

}  // namespace sidestream
