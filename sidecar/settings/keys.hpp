#pragma once
// Every key that the loader knows, section by section: what it accepts, what it lists in messages,
// and what the tests look for in config/sidestream.yaml and config/sidestream.schema.json.

#include <span>
#include <string_view>

namespace sidestream::keys {

inline constexpr std::string_view root[] = {"server", "access", "connectors", "topics"};
inline constexpr std::string_view server[] = {
    "listen",      "admin",          "tls",        "admin_tls",       "console", "threads",
    "memory",      "heartbeat",      "retry",      "max_connections", "limits",  "max_age",
    "drain_delay", "drain",          "drain_http", "access_log",      "cors",    "trusted_proxies",
    "admin_hosts", "proxy_protocol", "upstream"};
inline constexpr std::string_view tls[] = {"certificate", "key", "client_ca", "min_version"};
inline constexpr std::string_view limits[] = {"connections",          "streams_per_address",
                                              "streams_per_subject",  "logs_per_address",
                                              "publishes_per_second", "replay_bytes_per_second"};
inline constexpr std::string_view upstream[] = {
    "url",       "connect_timeout", "first_byte_timeout", "idle_timeout", "max_body",
    "readiness", "max_requests",    "max_tunnels",        "access_log",   "via"};
inline constexpr std::string_view cors[] = {"origins", "credentials"};
inline constexpr std::string_view access[] = {"tokens",          "token_from", "ticket_lifetime",
                                              "stream_lifetime", "forward",    "subject",
                                              "revocations",     "log_subject"};
inline constexpr std::string_view issuer[] = {"issuer",     "audience", "keys", "secret",
                                              "algorithms", "leeway",   "ca"};
inline constexpr std::string_view token_source[] = {"header", "cookie", "query"};
inline constexpr std::string_view forward[] = {"url",     "pass",  "claims",
                                               "timeout", "cache", "recheck"};
inline constexpr std::string_view revocations[] = {"from", "topic", "stream"};
inline constexpr std::string_view connector[] = {"kafka", "redis", "embedded"};
inline constexpr std::string_view redis[] = {"url", "username", "password", "ca"};
inline constexpr std::string_view embedded[] = {"path", "retention"};
inline constexpr std::string_view retention[] = {"records", "bytes", "age"};
inline constexpr std::string_view topic[] = {"path",
                                             "from",
                                             "topic",
                                             "stream",
                                             "publish",
                                             "read",
                                             "only",
                                             "filters",
                                             "key",
                                             "multi",
                                             "start",
                                             "on_reset",
                                             "control_events",
                                             "envelope",
                                             "event",
                                             "invalid_utf8",
                                             "tombstone",
                                             "max_event",
                                             "log",
                                             "heartbeat",
                                             "retry",
                                             "flush",
                                             "tail_max",
                                             "max_logs",
                                             "linger",
                                             "keep",
                                             "end",
                                             "ask",
                                             "cors"};
inline constexpr std::string_view event[] = {"header", "name"};
inline constexpr std::string_view ask[] = {"to",   "secret",    "timeout",
                                           "path", "from_body", "current"};
inline constexpr std::string_view rule[] = {"claims", "peers"};

struct Section {
  std::string_view path;  // `*` stands for any name, `[]` for an item of a list
  std::span<const std::string_view> keys;
};

// The properties below connectors.*.kafka are librdkafka's, any name.
inline constexpr Section sections[] = {
    {"", root},
    {"server", server},
    {"server.tls", tls},
    {"server.admin_tls", tls},
    {"server.limits", limits},
    {"server.cors", cors},
    {"server.upstream", upstream},
    {"access", access},
    {"access.tokens.[]", issuer},
    {"access.token_from.[]", token_source},
    {"access.forward", forward},
    {"access.revocations", revocations},
    {"connectors.*", connector},
    {"connectors.*.redis", redis},
    {"connectors.*.embedded", embedded},
    {"connectors.*.embedded.retention", retention},
    {"topics.*", topic},
    {"topics.*.event", event},
    {"topics.*.ask", ask},
    {"topics.*.read", rule},
    {"topics.*.publish", rule},
    {"topics.*.cors", cors},
};

}  // namespace sidestream::keys
