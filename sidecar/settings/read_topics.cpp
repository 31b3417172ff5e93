#include <algorithm>
#include <chrono>

#include "sidecar/base/names.hpp"
#include "sidecar/settings/keys.hpp"
#include "sidecar/settings/near_match.hpp"
#include "sidecar/settings/path_and_log.hpp"
#include "sidecar/settings/read.hpp"
#include "sidecar/settings/topic_paths.hpp"

namespace sidestream {

namespace {

using namespace std::chrono_literals;
using Kind = KnownConnector::Kind;

constexpr std::size_t topics_max = 10'000;
constexpr std::uint64_t event_most = 512ULL << 20;
constexpr std::uint64_t tail_most = 100'000;
constexpr std::uint64_t keep_most = 1'000'000'000'000;
constexpr std::size_t event_name_most = 128;
constexpr std::uint64_t logs_most = 10'000'000;
constexpr std::uint64_t log_least = 1024, log_most = 1ULL << 40;

std::string check_event_name(std::string_view name) {
  if (name.size() > event_name_most) return "exceeds 128 bytes; shorten it";
  if (!std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; }))
    return "contains a character that is not printable ASCII; remove it";
  if (name.starts_with("stream-")) return "is reserved; control events begin with stream-";
  if (name == "error" || name == "open") return "must be renamed: EventSource fires it itself";
  return {};
}

void read_event(const Value& event, Kind kind, TopicSettings& topic) {
  const Section section = event.section(keys::event);
  const bool has_own_name = kind == Kind::redis || kind == Kind::embedded;
  if (has_own_name) topic.event_header.clear();
  const Value header = section["header"];
  if (has_own_name && header.present()) {
    header.problem("is for Kafka; records of this connector carry their own event name");
  } else if (const auto text = header.text()) {
    topic.event_header = text->value;
  }
  const Value name = section["name"];
  const auto text = name.text_or_empty();
  if (!text) return;
  topic.event_name = text->value;
  const std::string fault = check_event_name(text->value);
  if (!fault.empty()) name.problem(text->shown + ' ' + fault);
}

void read_keep(const Value& keep, Kind kind, TopicSettings& topic) {
  keep.read_number(topic.keep, 0, keep_most);
  if (topic.keep == 0) return;
  if (kind != Kind::kafka && kind != Kind::embedded) return;
  keep.problem(kind == Kind::kafka
                   ? "is for Redis; with Kafka set the retention of the topic at the broker"
                   : "is for Redis; an embedded log has retention: at its connector");
}

void read_control_events(const Value& value, ControlEvents& into) {
  bool all = true;
  if (value.read_boolean_or(all, "ui_messages"))
    into = ControlEvents::ui_messages;
  else
    into = all ? ControlEvents::all : ControlEvents::needed;
}

void read_encoding(const Section& section, Kind kind, TopicSettings& topic) {
  read_control_events(section["control_events"], topic.control_events);
  section["envelope"].read_boolean(topic.envelope);
  section["invalid_utf8"].read_choice(topic.invalid_utf8, {{"base64", InvalidUtf8::base64},
                                                           {"replace", InvalidUtf8::replace},
                                                           {"skip", InvalidUtf8::skip}});
  section["tombstone"].read_choice(
      topic.tombstone, {{"skip", Tombstone::skip}, {"delete", Tombstone::delete_event}});
  read_event(section["event"], kind, topic);
  if (kind != Kind::redis && kind != Kind::embedded) return;
  if (section.has("tombstone"))
    section["tombstone"].problem("is for Kafka; other connectors have no tombstones");
}

void read_pace(const Section& section, TopicSettings& topic) {
  section["max_event"].read_size(topic.max_event, 1, event_most);
  section["log"].read_size(topic.log_bytes, log_least, log_most);
  section["heartbeat"].read_duration(topic.heartbeat, pace_least, pace_most);
  section["retry"].read_retry(topic.retry, pace_least, pace_most);
  section["tail_max"].read_number(topic.tail_max, 1, tail_most);
  section["max_logs"].read_number(topic.max_logs, 1, logs_most);
  section["linger"].read_duration(topic.linger, 0ms, 24h);
  section["flush"].read_duration_or(topic.flush, "auto", 0ms, 1s);
  read_cors(section["cors"], topic.cors);
}

TopicSettings read_topic(const Value::Named& named, const TopicDefaults& defaults,
                         TopicPaths& paths, std::size_t index, std::vector<TopicPlace>& places) {
  TopicSettings topic;
  topic.name = named.name;
  topic.heartbeat = defaults.server.heartbeat;
  topic.retry = defaults.server.retry;
  topic.cors = defaults.server.cors;

  const bool name_good = check_name(named);
  if (!named.value.is_section() && !named.value.is_empty_section()) {
    named.value.section(keys::topic);  // reports it
    return topic;
  }
  const Section section = named.value.section(keys::topic);
  const Kind kind = read_from(section["from"], defaults.connectors, topic.from);
  const LogName log = read_log(section, kind, named.name, topic.log);
  std::optional<TopicPath> path;
  if (name_good || section.has("path")) path = read_path(section["path"], named.name, topic.path);
  read_rights(section, kind, defaults.access, topic);
  if (path && path->good && log.good) check_parameters(*path, log, topic);
  if (path && path->good) paths.add(path->place, named.name, path->shown, path->pieces);
  read_keep(section["keep"], kind, topic);
  section["multi"].read_boolean(topic.multi);
  if (topic.multi && topic.has_parameters())
    section["multi"].problem("must be false: a path with parameters has many logs");
  const auto starts = {std::pair<std::string_view, Start>{"live", Start::live},
                       {"earliest", Start::earliest}};
  section["start"].read_choice(topic.start, starts);
  section["on_reset"].read_choice(topic.on_reset, starts);
  const Value ask_to = read_ask(section, defaults.access.has_value(), paths, topic);
  places.push_back({index, section["read"], section["keep"], ask_to});
  read_encoding(section, kind, topic);
  read_pace(section, topic);
  return topic;
}

}  // namespace

Kind read_from(const Value& value, const std::vector<KnownConnector>& connectors,
               std::string& into) {
  std::vector<std::string_view> names;
  for (const KnownConnector& connector : connectors) names.push_back(connector.name);
  const std::string none = names.empty() ? "; the file has no connectors" : "";
  if (!value.present()) {
    value.problem("is missing; name the connector to read from" +
                  (names.empty() ? none : value.context().suggest("", names, "known")));
    return Kind::unclear;
  }
  const auto text = value.text();
  if (!text) return Kind::unclear;
  const auto found = std::ranges::find(connectors, text->value, &KnownConnector::name);
  if (found == connectors.end()) {
    value.problem(
        text->shown + " is not a connector" +
        (names.empty() ? none : value.context().suggest(text->showable(), names, "known")));
    return Kind::unclear;
  }
  into = text->value;
  return found->kind;
}

bool check_name(const Value::Named& named) {
  Problems& problems = named.value.context().problems;
  const bool good = is_name(named.name);
  if (!good)
    problems.add(named.mark, named.value.path(),
                 "is not a valid name; use 1 to 64 letters, digits, _ and -");
  else if (named.plain && is_old_boolean(named.name))
    problems.add(named.mark, named.value.path(),
                 "without quotes is a boolean to some YAML parsers; put it in quotes");
  return good;
}

std::vector<TopicSettings> read_topics(const Value& value, const TopicDefaults& defaults) {
  std::vector<TopicSettings> topics;
  TopicPaths paths;
  std::vector<TopicPlace> places;
  for (const Value::Named& named : value.named()) {
    if (topics.size() == topics_max) {
      named.value.problem("exceeds the limit of " + std::to_string(topics_max) + " topics");
      break;
    }
    topics.push_back(read_topic(named, defaults, paths, topics.size(), places));
  }
  check_between_topics(places, defaults.access.has_value(), topics);
  return topics;
}

}  // namespace sidestream
