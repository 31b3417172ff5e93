#pragma once
// The configuration as plain structs with the defaults. Only load.cpp reads YAML.
//
// Thread: built at start-up, immutable afterwards.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sidecar/settings/access_settings.hpp"
#include "sidecar/settings/network.hpp"

namespace sidestream {

using Milliseconds = std::chrono::milliseconds;

struct CorsSettings {
  // Exact origins, or one "*" (then without credentials); empty: off.
  std::vector<std::string> origins;
  bool credentials = false;

  friend bool operator==(const CorsSettings&, const CorsSettings&) = default;
};

// The reconnect delay told to clients, random in this range for each connection.
struct RetrySettings {
  Milliseconds least{2000};
  Milliseconds most{6000};

  friend bool operator==(const RetrySettings&, const RetrySettings&) = default;
};

// The address of the upstream app: a host and port, or a Unix socket.
struct UpstreamAddress {
  std::string host;  // a name or an IP address without brackets
  std::uint16_t port = 80;
  std::string socket;  // absolute path; empty: host and port

  friend bool operator==(const UpstreamAddress&, const UpstreamAddress&) = default;
};

// The upstream app, which gets every request that matches no topic.
struct UpstreamSettings {
  UpstreamAddress url;
  Milliseconds connect_timeout{2000};
  Milliseconds first_byte_timeout{60000};  // from the whole request to the answer's first byte
  Milliseconds idle_timeout{600000};  // without data within a body or a tunnel; event streams have
                                      // no such limit
  std::uint64_t max_body = 0;         // bytes of a request's body; 0: no limit
  std::string readiness;              // a path of the app that /readyz checks; empty: none
  std::uint32_t max_requests = 1024;  // at once
  std::uint32_t max_tunnels = 10000;  // upgraded connections (WebSockets) at once
  std::uint32_t access_log = 1;       // a line for each n-th request; 0: none
  bool via = false;                   // Via on requests; some apps then disable compression

  friend bool operator==(const UpstreamSettings&, const UpstreamSettings&) = default;
};

// Limits of what clients may hold or use. Streams, logs, publishes: of one address (IPv6: of one
// /64).
struct LimitSettings {
  std::uint32_t connections = 0;              // of the public port; 0: the file limit less 256
  std::uint32_t streams_per_address = 0;      // 0: no limit
  std::uint32_t streams_per_subject = 0;      // of one person (`access:`); 0: no limit
  std::uint32_t logs_per_address = 0;         // opened by templates; 0: no limit
  std::uint32_t publishes_per_second = 0;     // of one address; 0: no limit
  std::uint64_t replay_bytes_per_second = 0;  // of one address; 0: no limit

  friend bool operator==(const LimitSettings&, const LimitSettings&) = default;
};

// TLS on a port of ours. Paths of PEM files.
struct TlsSettings {
  std::string certificate;  // and the chain behind it
  std::string key;
  std::string client_ca;  // authority of clients, who must have a certificate; empty: none
  std::string min_version = "1.2";  // or 1.3

  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

struct ServerSettings {
  std::string listen = "[::]:8080";      // event streams (public)
  std::string admin = "[::]:9090";       // metrics, health, console (private)
  std::optional<TlsSettings> tls;        // of the public port; absent: plain HTTP
  std::optional<TlsSettings> admin_tls;  // of the admin port
  bool console = false;                  // the web console at / of the admin port
  int threads = 0;           // event loops; 0: the cgroup's CPU quota rounded up, else one per core
  std::uint64_t memory = 0;  // bytes of topic logs and replays together; 0: half of the cgroup's
                             // limit, else 512MiB
  Milliseconds heartbeat{15000};          // a comment after this much silence; from 100ms
  RetrySettings retry;                    // from 100ms
  std::uint32_t max_connections = 50000;  // streams
  LimitSettings limits;
  Milliseconds max_age{0};       // of a stream, which ends after a random part of it; 0: no limit
  Milliseconds drain_delay{0};   // after SIGTERM: not ready, still accepting
  Milliseconds drain{20000};     // then streams end, spread over this
  bool drain_http = false;       // /drain on the admin port starts the drain
  std::uint32_t access_log = 1;  // a line for each n-th stream that ends; 0: none
  CorsSettings cors;
  std::vector<Network> trusted_proxies;  // their X-Forwarded-* and Forwarded are trusted
  std::vector<std::string> admin_hosts;  // names of the admin port besides localhost and addresses
  bool proxy_protocol = false;           // every public connection begins with a PROXY v2 header
  std::optional<UpstreamSettings> upstream;

  friend bool operator==(const ServerSettings&, const ServerSettings&) = default;
};

struct KafkaSettings {
  std::map<std::string, std::string> properties;  // librdkafka's, as in the file
  std::map<std::string, std::size_t> files;  // named by properties, with a hash of the content:
                                             // librdkafka reads them once

  friend bool operator==(const KafkaSettings&, const KafkaSettings&) = default;
};

struct RedisSettings {
  std::string host;
  std::uint16_t port = 6379;
  bool tls = false;
  int database = 0;
  std::string username;
  std::string password;
  std::string ca;  // PEM file of the authority that signed the server's certificate; empty: the
                   // system's

  friend bool operator==(const RedisSettings&, const RedisSettings&) = default;
};

struct EmbeddedSettings {
  std::string path;                                   // empty: in memory
  std::uint64_t retention_records = 1'000'000;        // of each log
  std::uint64_t retention_bytes = 256 * 1024 * 1024;  // of each log
  Milliseconds retention_age{0};                      // 0: for ever

  friend bool operator==(const EmbeddedSettings&, const EmbeddedSettings&) = default;
};

struct ConnectorSettings {
  std::string name;
  std::variant<KafkaSettings, RedisSettings, EmbeddedSettings> kind;

  friend bool operator==(const ConnectorSettings&, const ConnectorSettings&) = default;
};

enum class Start { live, earliest };               // where a reader without an id starts
enum class InvalidUtf8 { base64, replace, skip };  // how to send data that is not UTF-8
enum class Tombstone { skip, delete_event };       // YAML: skip, delete
// Which control events streams have besides the records. YAML: true, false, ui_messages.
enum class ControlEvents {
  all,
  needed,       // without courtesies, like stream-open
  ui_messages,  // as the client of Vercel's AI SDK reads them
};
// Who may POST. YAML: false, local (loopback addresses), true.
enum class Publish { no, local, yes };

// A parameter of a path that is taken from a JSON body.
struct BodyParameter {
  std::string name;
  std::string pointer;  // JSON Pointer of its value

  friend bool operator==(const BodyParameter&, const BodyParameter&) = default;
};

// Questions that are answered by the logs of a topic.
struct AskSettings {
  std::string to;          // name of the topic whose log gets the questions
  std::string path;        // where they are asked: the topic's without its last parameter
  std::string other_path;  // YAML: path. Where they are asked too; empty: nowhere else
  std::vector<BodyParameter> from_body;  // that other_path lacks
  std::string current;      // path of the newest question of its parameters; empty: none
  std::string secret;       // of the ids of questions with a key; empty: one of the process
  Milliseconds timeout{0};  // until the first record of the answer; 0: no limit

  friend bool operator==(const AskSettings&, const AskSettings&) = default;
};

struct TopicSettings {
  std::string name;    // [A-Za-z0-9_-]{1,64}
  std::string path;    // default /events/<name>; may hold {parameters}
  std::string from;    // name of the connector
  std::string log;     // YAML: `topic:` (Kafka), `stream:` (Redis, embedded; of embedded the
                       // default is the topic's name); may hold the path's {parameters}
  bool multi = false;  // /events?topic= serves it although its path is not the default one
  Publish publish = Publish::no;
  std::optional<Rules> publish_rules;  // YAML: publish: RULES. Instead of `publish`
  std::optional<Rules> read;           // absent: anyone; with `access:` each topic has it
  std::vector<FieldCondition> only;    // of every reader
  std::vector<FilterParameter> filters;
  std::vector<FieldCondition> end;  // of the record that ends a log; values are constant texts
  std::optional<AskSettings> ask;
  std::string key_field;  // YAML: `key`. Redis: the entry's field that is the record's key
  Start start = Start::live;
  Start on_reset = Start::live;
  ControlEvents control_events = ControlEvents::all;
  bool envelope = false;
  std::string event_header = "event";  // YAML: event: { header: NAME }. Kafka; else empty
  std::string event_name;              // YAML: event: { name: NAME }. Of records without a name
  InvalidUtf8 invalid_utf8 = InvalidUtf8::base64;
  Tombstone tombstone = Tombstone::skip;
  std::uint64_t max_event = 1024 * 1024;       // bytes of an event, name and data; limit included
  std::uint64_t log_bytes = 16 * 1024 * 1024;  // YAML: `log`. Of a template: all its logs together
  Milliseconds heartbeat{15000};               // default: the server's
  RetrySettings retry;                         // default: the server's
  std::optional<Milliseconds> flush;           // delay to collect records before readers are woken;
                                               // YAML `auto` (default) = nullopt; 0ms..1s
  std::uint64_t tail_max = 1000;               // the most records that ?tail= starts before the end
  std::uint64_t keep = 0;          // Redis: entries that POST leaves, approximately; 0: all
  std::uint64_t max_logs = 10000;  // open logs of a template
  Milliseconds linger{60000};  // how long a log stays open after its last reader has left; at most
                               // 1 s if no reader was sent a record
  CorsSettings cors;           // default: the server's

  // Whether some client may POST, to the topic's path or, with `ask`, to ask.
  bool can_publish() const { return publish != Publish::no || publish_rules.has_value(); }
  bool has_parameters() const { return path.find('{') != std::string::npos; }
  // Whether parameters of the path choose the log: one topic with many logs.
  bool is_template() const { return log.find('{') != std::string::npos; }

  friend bool operator==(const TopicSettings&, const TopicSettings&) = default;
};

struct Settings {
  ServerSettings server;
  std::optional<AccessSettings> access;
  std::vector<ConnectorSettings> connectors;  // in the file's order
  std::vector<TopicSettings> topics;          // in the file's order

  friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace sidestream
