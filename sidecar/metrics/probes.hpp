#pragma once
// Counters behind domain verbs. Any thread, relaxed atomics; only exporter.cpp knows the metrics
// library.

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "sidecar/metrics/access_probe.hpp"
#include "sidecar/metrics/config_probe.hpp"
#include "sidecar/metrics/counter.hpp"
#include "sidecar/metrics/latency_probe.hpp"
#include "sidecar/metrics/tls_probe.hpp"

namespace sidestream {

enum class SkipReason : std::uint8_t { tombstone, too_large, not_utf8 };
inline constexpr std::array<std::string_view, 3> skip_reasons{"tombstone", "too_large", "not_utf8"};

// Where the first events of a subscription come from.
enum class StartMode : std::uint8_t { live, memory, broker, gap, reset };
inline constexpr std::array<std::string_view, 5> start_modes{"live", "memory", "broker", "gap",
                                                             "reset"};

// One per configured topic; the logs of a template share it.
struct TopicProbe {
  Gauge subscribers;
  Counter records_read;      // by the tail
  Counter records_replayed;  // by replays
  Counter events_sent;
  Counter bytes_sent;
  Counter gap_records;    // records announced as lost, counted once per log
  Counter gaps;           // stream-gap blocks sent
  Counter resets;         // stream-reset blocks sent
  Counter names_altered;  // event names that can't be sent as they are
  Counter published;
  Counter publish_failures;
  Counter asked_again;   // questions with a key that was used before
  Counter cancels;       // of questions
  Counter unanswered;    // streams that ended because no answer came in time
  Counter ends;          // stream-end blocks sent
  Counter ended_starts;  // requests that were answered 204, because nothing follows
  Counter lagged;        // subscriptions that fell behind the topic log
  std::array<Counter, skip_reasons.size()> skipped;
  std::array<Counter, start_modes.size()> starts;
  LatencyProbe latency;

  void skip(SkipReason reason) { skipped[static_cast<std::size_t>(reason)].add(); }
  void start(StartMode mode) { starts[static_cast<std::size_t>(mode)].add(); }
};

enum class CloseReason : std::uint8_t {
  client,
  dead_peer,
  slow,
  drain,
  max_age,
  reload,
  removed,
  expired,
  revoked,
  auth_unavailable,
  end,
  poll,  // a long poll was answered
  error
};
inline constexpr std::array<std::string_view, 13> close_reasons{
    "client",  "dead_peer",        "slow", "drain", "max_age", "reload", "removed", "expired",
    "revoked", "auth_unavailable", "end",  "poll",  "error"};
constexpr std::string_view name_of(CloseReason reason) {
  return close_reasons[static_cast<std::size_t>(reason)];
}

// Causes of failed proxied requests.
enum class UpstreamError : std::uint8_t {
  connect,
  connect_timeout,
  send,
  first_byte_timeout,
  closed,
  bad_answer,
  busy,
  busy_tunnels,
  body_too_large,
  bad_body,
  body_timeout,
  broken_answer,
  idle_timeout,
  client_left,
  address_limit,
};
inline constexpr std::array<std::string_view, 15> upstream_errors{
    "connect",        "connect_timeout", "send",         "first_byte_timeout",
    "closed",         "bad_answer",      "busy",         "busy_tunnels",
    "body_too_large", "bad_body",        "body_timeout", "broken_answer",
    "idle_timeout",   "client_left",     "address_limit"};

// Labels of proxied requests: the statuses that operators ask for, the others by class. 499: the
// client closed the connection.
inline constexpr std::array<std::string_view, 21> upstream_codes{
    "1xx", "2xx", "3xx", "4xx", "5xx", "other", "101", "200", "304", "400", "401",
    "403", "404", "408", "413", "429", "499",   "500", "502", "503", "504"};
// The index in upstream_codes.
std::size_t upstream_code(unsigned status);

// One for the process: proxied requests.
struct UpstreamProbe {
  std::array<Counter, upstream_codes.size()> requests;  // by the status sent to the client
  Gauge pool_idle;
  Counter connections;  // opened to the app
  Counter bytes_in;     // of bodies and tunnels, to the app
  Counter bytes_out;
  std::array<Counter, upstream_errors.size()> errors;
  LatencyProbe duration;
  LatencyProbe first_byte;

  void request(unsigned status) { requests[upstream_code(status)].add(); }
  void failed(UpstreamError error) { errors[static_cast<std::size_t>(error)].add(); }
};

// Why a connection of the public port was closed without an answer.
enum class ConnectionRefusal : std::uint8_t {
  limit,         // a newcomer beyond server.limits.connections
  idle,          // one without a request, to make room for a newcomer
  descriptors,   // a newcomer that would take a descriptor of the admin port
  proxy_header,  // it did not begin with a PROXY header
};
inline constexpr std::array<std::string_view, 4> connection_refusals{"limit", "idle", "descriptors",
                                                                     "proxy_header"};
constexpr std::string_view name_of(ConnectionRefusal reason) {
  return connection_refusals[static_cast<std::size_t>(reason)];
}

// The limit that a request was beyond.
enum class LimitRefusal : std::uint8_t {
  streams_per_address,
  publishes_per_second,
  heads,
  bodies,
  max_logs,
  logs_per_address,
  streams_per_subject,
};
inline constexpr std::array<std::string_view, 7> limit_refusals{
    "streams_per_address", "publishes_per_second", "heads", "bodies", "max_logs",
    "logs_per_address",    "streams_per_subject"};
constexpr std::string_view name_of(LimitRefusal limit) {
  return limit_refusals[static_cast<std::size_t>(limit)];
}

// One for the process: the HTTP side.
struct ServerProbe {
  Counter streams_opened;
  Counter streams_refused;  // over max_connections or draining
  std::array<Counter, close_reasons.size()> streams_closed;
  std::array<Counter, 6> responses;  // responses that are no streams, by class: [1] 1xx ... [5] 5xx
  std::array<Counter, connection_refusals.size()> connections_refused;
  std::array<Counter, limit_refusals.size()> beyond_limit;
  Counter replay_limit_waits;  // of streams, for replay_bytes_per_second
  Counter malformed;           // requests that could not be parsed
  TlsProbe tls;
  TlsProbe admin_tls;
  UpstreamProbe upstream;
  AccessProbe access;
  ConfigProbe config;

  void refused(ConnectionRefusal reason) {
    connections_refused[static_cast<std::size_t>(reason)].add();
  }
  void refused(LimitRefusal limit) { beyond_limit[static_cast<std::size_t>(limit)].add(); }
  void closed(CloseReason reason) { streams_closed[static_cast<std::size_t>(reason)].add(); }
  void response(unsigned status) { responses[status / 100 < 6 ? status / 100 : 0].add(); }
};

}  // namespace sidestream
