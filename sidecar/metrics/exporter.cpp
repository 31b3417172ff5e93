#include "sidecar/metrics/exporter.hpp"

#include <utility>

#include "connectors/refusals.hpp"
#include "sidecar/metrics/access_families.hpp"
#include "sidecar/metrics/metrics_text.hpp"
#include "sidecar/metrics/process_families.hpp"
#include "sidecar/metrics/tls_families.hpp"
#include "sidecar/metrics/upstream_families.hpp"

namespace sidestream {
namespace {

using prometheus::MetricType;
using Text = MetricsText;

void counter(Text& text, std::string name, std::string help) {
  text.counter(std::move(name), std::move(help));
}
void gauge(Text& text, std::string name, std::string help) {
  text.gauge(std::move(name), std::move(help));
}

void add_server(Text& text, const ProcessStats& stats) {
  const ServerProbe& server = *stats.server;
  gauge(text, "build_info", "Always 1; the version as a label");
  text.sample({{"version", stats.version}}, 1);
  gauge(text, "connections", "Open connections, streams included");
  text.sample({}, static_cast<double>(stats.connections));
  counter(text, "connections_refused_total",
          "Connections of the public port closed without an answer, by reason");
  for (std::size_t i = 0; i < connection_refusals.size(); ++i) {
    text.sample({{"reason", std::string(connection_refusals[i])}},
                static_cast<double>(server.connections_refused[i].value()));
  }
  counter(text, "limit_refusals_total", "Requests refused because a client was beyond a limit");
  for (std::size_t i = 0; i < limit_refusals.size(); ++i) {
    text.sample({{"limit", std::string(limit_refusals[i])}},
                static_cast<double>(server.beyond_limit[i].value()));
  }
  counter(text, "replay_limit_waits_total",
          "Times that a replay waited because its client was beyond replay_bytes_per_second");
  text.sample({}, static_cast<double>(server.replay_limit_waits.value()));
  gauge(text, "streams", "Open event streams");
  text.sample({}, static_cast<double>(stats.streams));
  gauge(text, "max_streams", "Limit of event streams (server.max_connections)");
  text.sample({}, static_cast<double>(stats.max_streams));
  counter(text, "streams_opened_total", "Event streams that were opened");
  text.sample({}, static_cast<double>(server.streams_opened.value()));
  counter(text, "streams_refused_total", "Streams refused because of max_connections or a drain");
  text.sample({}, static_cast<double>(server.streams_refused.value()));
  counter(text, "streams_closed_total", "Event streams that ended, by reason");
  for (std::size_t i = 0; i < close_reasons.size(); ++i) {
    text.sample({{"reason", std::string(close_reasons[i])}},
                static_cast<double>(server.streams_closed[i].value()));
  }
  counter(text, "http_responses_total", "HTTP responses that are not streams, by status class");
  for (std::size_t i = 2; i < server.responses.size(); ++i) {
    text.sample({{"class", std::to_string(i) + "xx"}},
                static_cast<double>(server.responses[i].value()));
  }
  counter(text, "http_malformed_requests_total", "Requests that could not be parsed");
  text.sample({}, static_cast<double>(server.malformed.value()));
  gauge(text, "draining", "1 while the process is draining");
  text.sample({}, stats.draining ? 1 : 0);
  gauge(text, "replay_bytes", "Bytes of replayed ranges in memory");
  text.sample({}, static_cast<double>(stats.replay_bytes));
  gauge(text, "pinned_bytes", "Bytes that only slow readers still hold");
  text.sample({}, static_cast<double>(stats.pinned_bytes));
  gauge(text, "memory_budget_bytes", "Memory limit of topic logs and replays together");
  text.sample({}, static_cast<double>(stats.memory_budget));
  gauge(text, "memory_limit_bytes", "Memory limit of the container; 0: none");
  text.sample({}, static_cast<double>(stats.memory_limit));
  counter(text, "log_lines_dropped_total", "Log lines dropped because stderr was not read");
  text.sample({}, static_cast<double>(stats.log_lines_dropped));
}

void add_config(Text& text, const ConfigProbe::State& config) {
  counter(text, "config_reloads_total", "Reloads of the configuration file");
  text.sample({{"result", "ok"}}, static_cast<double>(config.loads));
  text.sample({{"result", "failed"}}, static_cast<double>(config.failures));
  gauge(text, "config_last_reload_successful",
        "0 while the file has errors and an earlier configuration is served");
  text.sample({}, config.good ? 1 : 0);
  gauge(text, "config_last_reload_success_timestamp_seconds",
        "When the current configuration was loaded, Unix time");
  text.sample({}, static_cast<double>(config.loaded_ms) / 1000);
  gauge(text, "config_restart_needed", "Changed settings that take effect after a restart");
  text.sample({}, static_cast<double>(config.restart_needed.size()));
}

template <class Value>
void per_topic(Text& text, const ProcessStats& stats, Value value) {
  for (const TopicStats& topic : stats.topics) {
    text.sample({{"topic", topic.topic}}, static_cast<double>(value(topic)));
  }
}

void add_topics(Text& text, const ProcessStats& stats) {
  gauge(text, "subscribers", "Streams that read the topic");
  per_topic(text, stats, [](auto& t) { return t.probe->subscribers.value(); });
  counter(text, "records_read_total", "Records that the tail has read from the broker");
  per_topic(text, stats, [](auto& t) { return t.probe->records_read.value(); });
  counter(text, "records_replayed_total", "Records that replays have read from the broker");
  per_topic(text, stats, [](auto& t) { return t.probe->records_replayed.value(); });
  counter(text, "events_sent_total", "Events sent to all clients");
  per_topic(text, stats, [](auto& t) { return t.probe->events_sent.value(); });
  counter(text, "bytes_sent_total", "Bytes of events sent to clients");
  per_topic(text, stats, [](auto& t) { return t.probe->bytes_sent.value(); });
  counter(text, "events_skipped_total", "Records that were not sent as events, by reason");
  for (const TopicStats& topic : stats.topics) {
    for (std::size_t i = 0; i < skip_reasons.size(); ++i) {
      text.sample({{"topic", topic.topic}, {"reason", std::string(skip_reasons[i])}},
                  static_cast<double>(topic.probe->skipped[i].value()));
    }
  }
  counter(text, "event_names_altered_total",
          "Event names that were altered or left out: CR, LF, NUL, not UTF-8, or stream-...");
  per_topic(text, stats, [](auto& t) { return t.probe->names_altered.value(); });
  counter(text, "starts_total",
          "How streams started: live, from memory, from the broker, after a gap or reset");
  for (const TopicStats& topic : stats.topics) {
    for (std::size_t i = 0; i < start_modes.size(); ++i) {
      text.sample({{"topic", topic.topic}, {"mode", std::string(start_modes[i])}},
                  static_cast<double>(topic.probe->starts[i].value()));
    }
  }
  counter(text, "gaps_sent_total", "stream-gap events sent");
  per_topic(text, stats, [](auto& t) { return t.probe->gaps.value(); });
  counter(text, "gap_records_total", "Records announced as lost, where they could be counted");
  per_topic(text, stats, [](auto& t) { return t.probe->gap_records.value(); });
  counter(text, "resets_sent_total", "stream-reset events sent");
  per_topic(text, stats, [](auto& t) { return t.probe->resets.value(); });
  counter(text, "ends_total",
          "stream-end events sent: all records of an ended log were, or no answer came in time");
  for (const TopicStats& topic : stats.topics) {
    text.sample({{"topic", topic.topic}, {"reason", "end"}},
                static_cast<double>(topic.probe->ends.value()));
    text.sample({{"topic", topic.topic}, {"reason", "timeout"}},
                static_cast<double>(topic.probe->unanswered.value()));
  }
  counter(text, "repeated_questions_total",
          "Questions with an Idempotency-Key that had been asked before");
  per_topic(text, stats, [](auto& t) { return t.probe->asked_again.value(); });
  counter(text, "cancelled_questions_total", "Questions that their clients cancelled");
  per_topic(text, stats, [](auto& t) { return t.probe->cancels.value(); });
  counter(text, "ended_starts_total",
          "Requests for a stream answered 204, because the log has ended and no record follows");
  per_topic(text, stats, [](auto& t) { return t.probe->ended_starts.value(); });
  counter(text, "lagged_total", "Readers that fell behind the topic log");
  per_topic(text, stats, [](auto& t) { return t.probe->lagged.value(); });
  counter(text, "published_total", "Records published by POST and acknowledged");
  per_topic(text, stats, [](auto& t) { return t.probe->published.value(); });
  counter(text, "publish_failures_total", "Failed publishes by POST");
  per_topic(text, stats, [](auto& t) { return t.probe->publish_failures.value(); });
  gauge(text, "open_logs", "Open logs");
  per_topic(text, stats, [](auto& t) { return t.open_logs; });
  gauge(text, "opening_logs", "Logs whose readers wait for the broker's answer");
  per_topic(text, stats, [](auto& t) { return t.opening_logs; });
  gauge(text, "log_bytes", "Bytes of the topic log, or of all logs of a template");
  per_topic(text, stats, [](auto& t) { return t.log_bytes; });
  gauge(text, "log_frames", "Events kept in the topic log");
  per_topic(text, stats, [](auto& t) { return t.log_frames; });
  gauge(text, "log_age_seconds", "Age of the oldest event kept in the topic log");
  per_topic(text, stats, [](auto& t) { return t.log_age_seconds; });
  gauge(text, "slowest_lag_records", "Records that the slowest subscriber is behind");
  per_topic(text, stats, [](auto& t) { return t.slowest_lag; });
  text.family("delivery_latency_seconds", "Time from the broker's timestamp to the socket write",
              MetricType::Histogram);
  for (const TopicStats& topic : stats.topics) {
    text.histogram({{"topic", topic.topic}}, topic.probe->latency);
  }
}

template <class Value>
void per_connector(Text& text, const ProcessStats& stats, Value value) {
  for (const ConnectorStats& c : stats.connectors) {
    text.sample({{"connector", c.connector}, {"kind", c.kind}}, static_cast<double>(value(c)));
  }
}

void add_connectors(Text& text, const ProcessStats& stats) {
  gauge(text, "connector_up", "1 while the broker answers");
  per_connector(text, stats, [](auto& c) { return c.up ? 1 : 0; });
  counter(text, "connector_reconnects_total", "Connections made to the broker after the first");
  per_connector(text, stats, [](auto& c) { return c.reconnects; });
  counter(text, "connector_errors_total", "Errors of the broker or its connection");
  per_connector(text, stats, [](auto& c) { return c.errors; });
  counter(text, "connector_records_read_total", "Records read, by tails and ranges together");
  per_connector(text, stats, [](auto& c) { return c.records_read; });
  counter(text, "connector_ranges_read_total", "Ranges read for replays");
  per_connector(text, stats, [](auto& c) { return c.ranges_read; });
  counter(text, "connector_published_total", "Records written and acknowledged");
  per_connector(text, stats, [](auto& c) { return c.published; });
  counter(text, "connector_publish_failures_total", "Records that were not acknowledged");
  per_connector(text, stats, [](auto& c) { return c.publish_failures; });
  gauge(text, "connector_tails", "Open tail readers");
  per_connector(text, stats, [](auto& c) { return c.tails; });
  gauge(text, "connector_refused_logs", "Logs that the broker refuses while their readers wait");
  per_connector(text, stats, [](auto& c) { return c.refused_logs; });
  counter(text, "connector_refusals_total",
          "Requests that the broker refused: no permission, wrong type, not ready");
  for (const ConnectorStats& c : stats.connectors) {
    for (std::size_t i = 0; i < activity_names.size(); ++i) {
      text.sample({{"connector", c.connector},
                   {"kind", c.kind},
                   {"activity", std::string(activity_names[i])}},
                  static_cast<double>(c.refusals[i]));
    }
  }
}

}  // namespace

std::string prometheus_text(const ProcessStats& stats) {
  Text text;
  add_server(text, stats);
  add_topics(text, stats);
  add_connectors(text, stats);
  add_config(text, stats.server->config.state());
  add_process(text);
  add_tls(text, *stats.server);
  if (stats.upstream) {
    add_upstream(text, stats.server->upstream, stats.upstream_requests, stats.upstream_tunnels);
  }
  if (stats.access) add_access(text, stats);
  return text.write();
}

}  // namespace sidestream
