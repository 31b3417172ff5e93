#pragma once
// The parts of the file, each read in its own .cpp. Private to this folder.
//
// Errors: reported to the context's problems; a wrong value keeps its default.

#include <optional>
#include <string>
#include <vector>

#include "sidecar/settings/node_reader.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

inline constexpr Milliseconds pace_least{100};  // of heartbeat and retry
inline constexpr Milliseconds pace_most{3'600'000};

ServerSettings read_server(const Value& value);

// What a topic needs to know about its connector. Includes connectors with errors, so that an
// error is not reported again for their topics.
struct KnownConnector {
  enum class Kind { kafka, redis, embedded, unclear };
  std::string name;
  Kind kind = Kind::unclear;
};
struct Connectors {
  std::vector<ConnectorSettings> settings;
  std::vector<KnownConnector> known;
};
Connectors read_connectors(const Value& value);

// Nothing: the file has no `access:`.
std::optional<AccessSettings> read_access(const Value& value,
                                          const std::vector<KnownConnector>& connectors);

// What topics take over from the rest of the file.
struct TopicDefaults {
  const ServerSettings& server;
  const std::optional<AccessSettings>& access;
  const std::vector<KnownConnector>& connectors;
};
// Where a topic says what depends on other topics.
struct TopicPlace {
  std::size_t index;  // of the topic
  Value read;
  Value keep;
  Value ask_to;
};
// Checks what topics say of each other, and sets what it leads to.
void check_between_topics(const std::vector<TopicPlace>& places, bool has_access,
                          std::vector<TopicSettings>& topics);

// `ask:` of a topic. Returns its `to:`. Requires: path, log and rights were read.
class TopicPaths;
Value read_ask(const Section& section, bool has_access, TopicPaths& paths, TopicSettings& topic);

std::vector<TopicSettings> read_topics(const Value& value, const TopicDefaults& defaults);

// `from:` of a topic, or of another log. Reports what is missing.
KnownConnector::Kind read_from(const Value& value, const std::vector<KnownConnector>& connectors,
                               std::string& into);

// `read:`, `publish:`, `only:`, `filters:` and `key:` of a topic. Requires: its path and `from` were
// read.
void read_rights(const Section& section, KnownConnector::Kind kind,
                 const std::optional<AccessSettings>& access, TopicSettings& topic);

// Whether streams read a query parameter of that name themselves.
bool is_stream_parameter(std::string_view name);

// A secret of 32 bytes or more, which is hidden from now on.
void read_secret(const Value& value, std::string& into);

void read_networks(const Value& value, std::vector<Network>& into);

// In the server's section and in a topic's.
void read_cors(const Value& value, CorsSettings& into);

// Of connectors and topics: [A-Za-z0-9_-]{1,64}.
bool check_name(const Value::Named& named);

}  // namespace sidestream
