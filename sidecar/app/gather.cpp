#include "sidecar/app/gather.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream {
namespace {

void add(TopicFigures& topic, OpenLog& open, std::int64_t now) {
  const auto figures = open.topic_log().stats();
  ++topic.open_logs;
  if (!open.topic_log().is_open() && open.readers() > 0) ++topic.opening_logs;
  topic.log_bytes += figures.bytes;
  topic.log_frames += figures.frames;
  topic.slowest_lag = std::max(topic.slowest_lag, open.slowest_lag());
  if (figures.oldest_ms <= 0) return;
  const double age = static_cast<double>(now - figures.oldest_ms) / 1000;
  topic.log_age_seconds = std::max(topic.log_age_seconds, age);
}

}  // namespace

std::vector<TopicFigures> gather_topics(const RunningConfig& serving, const OpenLogs& logs) {
  std::vector<TopicFigures> all;
  const auto now = unix_now_ms();
  for (const auto& topic : serving.topics.all()) {
    TopicFigures figures{topic->settings.name, &topic->probe};
    for (const auto& open : logs.of(topic)) add(figures, *open, now);
    all.push_back(std::move(figures));
  }
  return all;
}

std::vector<ConnectorFigures> gather_connectors(const Configuration& configuration) {
  std::vector<ConnectorFigures> all;
  for (const auto& made : configuration.connectors()) {
    const ConnectorProbe& probe = made.connector->probe();
    all.push_back({made.name, made.kind, probe.is_up(), probe.reconnects, probe.errors,
                   probe.records_read, probe.ranges_read, probe.published, probe.publish_failures,
                   probe.tails});
  }
  return all;
}

}  // namespace sidestream
