#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <sstream>
#include <utility>

#include "sidecar/base/hidden_texts.hpp"
#include "sidecar/base/secret_names.hpp"
#include "sidecar/settings/expand.hpp"
#include "sidecar/settings/keys.hpp"
#include "sidecar/settings/read.hpp"
#include "sidecar/settings/redis_url.hpp"

namespace sidestream {

namespace {

constexpr std::size_t connectors_max = 100;
constexpr std::uint64_t records_most = 1'000'000'000'000;
constexpr std::uint64_t bytes_least = 64 * 1024;
constexpr std::uint64_t bytes_most = 1ULL << 50;
constexpr std::size_t file_bytes_max = 1024 * 1024;
constexpr Milliseconds age_least{1000};
constexpr Milliseconds age_most{std::chrono::hours(24 * 3650)};

using Kind = KnownConnector::Kind;

// Certificates and keys. librdkafka reports files that can't be read.
void note_files(const Value& value, KafkaSettings& kafka) {
  for (const auto& [name, text] : kafka.properties) {
    if (!name.starts_with("ssl.") || !name.ends_with(".location")) continue;
    value.context().files.push_back(text);
    kafka.files[text] = std::hash<std::string>{}(read_file(text, file_bytes_max).text);
  }
}

// Hides the secrets that are written in the file, and each server of an expanded list.
void hide_property(const std::string& name, const Text& text, std::vector<HiddenText>& hidden) {
  if (is_secret_name(name) && !text.expanded)
    hidden.push_back({text.value, std::string(shown_secret)});
  if (name != "bootstrap.servers" && name != "metadata.broker.list") return;
  for (const HiddenText& part : text.parts) {
    std::istringstream list(part.value);
    for (std::string item; std::getline(list, item, ',');) {
      const auto first = item.find_first_not_of(' ');
      if (first == std::string::npos) continue;
      item = item.substr(first, item.find_last_not_of(' ') - first + 1);
      hidden.push_back({item, part.shown});
      hidden.push_back({item.substr(0, item.rfind(':')), part.shown});
    }
  }
}

// Reports each problem at its property, or at the connector.
void check_properties(const Value& value, const KafkaSettings& kafka,
                      const std::map<std::string, std::string>& written,
                      const std::vector<HiddenText>& hidden) {
  const auto& check = value.context().checks.kafka;
  const auto properties = value.named();
  const bool all_were_read = kafka.properties.size() == properties.size();
  if (!check || properties.empty() || !all_were_read) return;
  const HiddenTexts texts(Hidden{hidden});
  for (const std::string& quoted : check(kafka.properties, written)) {
    const std::string problem = texts.hide(quoted);
    const auto end = problem.find(": ");
    const auto about = std::find_if(properties.begin(), properties.end(), [&](const auto& named) {
      return named.name == std::string_view(problem).substr(0, end);
    });
    if (about == properties.end())
      value.problem(problem);
    else
      about->value.problem(problem.substr(end + 2));
  }
}

KafkaSettings read_kafka(const Value& value) {
  KafkaSettings kafka;
  std::map<std::string, std::string> written;  // of expanded values
  std::vector<HiddenText>& hidden = value.context().hidden;
  const std::size_t hidden_before = hidden.size();
  const auto properties = value.named();
  for (const Value::Named& property : properties) {
    const Value& entry = property.value;
    if (entry.is_section()) {
      entry.problem(
          "must be a string, not a map; write the full property name, like bootstrap.servers");
      continue;
    }
    auto text = entry.text_or_empty();
    if (!text) continue;
    hide_property(property.name, *text, hidden);
    if (text->expanded) written.emplace(property.name, text->shown);
    kafka.properties.emplace(property.name, std::move(text->value));
  }
  if (properties.empty() && value.is_empty_section())
    value.problem("has no properties; bootstrap.servers is required");
  const auto from = hidden.begin() + static_cast<std::ptrdiff_t>(hidden_before);
  check_properties(value, kafka, written, {from, hidden.end()});
  note_files(value, kafka);
  return kafka;
}

void check_redis_user(const Section& section, const RedisSettings& redis) {
  if (!redis.username.empty() && redis.password.empty())
    section[section.has("username") ? "username" : "url"].problem(
        "has a user name without a password; for a password alone write redis://:PASSWORD@host");
  if (!redis.ca.empty() && !redis.tls)
    section["ca"].problem("needs TLS; write rediss:// in the url");
}

// The user info, and the host where it is expanded.
void hide_url(const Text& url, const RedisSettings& redis, std::vector<HiddenText>& hidden) {
  for (const std::string& secret : {redis.username, redis.password})
    hidden.push_back({secret, std::string(shown_secret)});
  url.hide_address(redis.host, redis.port, hidden);
}

RedisSettings read_redis(const Value& value) {
  RedisSettings redis;
  const Section section = value.section(keys::redis);
  bool good = false;
  if (!section.has("url")) {
    section["url"].problem("is missing; write a URL like redis://host:6379");
  } else if (const auto url = section["url"].text()) {
    Parsed<RedisSettings> parsed = parse_redis_url(url->value);
    good = parsed.error.empty();
    if (!good) section["url"].problem(parsed.error);
    redis = std::move(parsed.value);
    hide_url(*url, redis, value.context().hidden);
  }

  RedisSettings beside;
  section["username"].read_text_or_empty(beside.username);
  if (const auto password = section["password"].text_or_empty()) {
    beside.password = password->value;
    // Servers quote the arguments of commands that they do not know.
    if (!password->expanded)
      value.context().hidden.push_back({password->value, std::string(shown_secret)});
  }
  section["ca"].read_path_or_empty(redis.ca);
  const auto take = [&section](const char* key, std::string& from_url, std::string& from_key) {
    if (from_key.empty()) return;
    if (!from_url.empty()) section[key].problem("is also in the url; set it once");
    from_url = std::move(from_key);
  };
  take("username", redis.username, beside.username);
  take("password", redis.password, beside.password);
  if (good) check_redis_user(section, redis);
  return redis;
}

EmbeddedSettings read_embedded(const Value& value) {
  EmbeddedSettings embedded;
  const Section section = value.section(keys::embedded);
  section["path"].read_text_or_empty(embedded.path);
  const Section retention = section["retention"].section(keys::retention);
  retention["records"].read_number(embedded.retention_records, 1, records_most);
  retention["bytes"].read_size(embedded.retention_bytes, bytes_least, bytes_most);
  retention["age"].read_duration(embedded.retention_age, age_least, age_most, true);
  return embedded;
}

// The kinds in the section; exactly one is valid.
Kind kind_of(const Value& value, const Section& section) {
  static constexpr std::array kinds{Kind::kafka, Kind::redis, Kind::embedded};
  Kind found = Kind::unclear;
  bool several = false;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (!section.has(keys::connector[i])) continue;
    if (found != Kind::unclear) {
      section[keys::connector[i]].problem("is a second kind; a connector must have exactly one");
      several = true;
    }
    found = kinds[i];
  }
  if (found == Kind::unclear && value.is_empty_section())
    section.problem("has no kind; add one of kafka, redis and embedded");
  return several ? Kind::unclear : found;
}

void check_embedded_paths(const Value::Named& named, const ConnectorSettings& connector,
                          std::map<std::string, std::string>& paths) {
  const auto* embedded = std::get_if<EmbeddedSettings>(&connector.kind);
  if (!embedded || embedded->path.empty()) return;
  const auto [first, fresh] = paths.emplace(embedded->path, connector.name);
  if (!fresh)
    named.value.problem("uses the same file as the connector " + in_quotes(first->second) +
                        "; use that connector for both topics");
}

}  // namespace

Connectors read_connectors(const Value& value) {
  Connectors out;
  std::map<std::string, std::string> paths;  // of embedded logs, and their connectors
  for (const Value::Named& named : value.named()) {
    if (out.known.size() == connectors_max) {
      named.value.problem("exceeds the limit of " + std::to_string(connectors_max) + " connectors");
      break;
    }
    check_name(named);
    const Section section = named.value.section(keys::connector);
    const Kind kind = kind_of(named.value, section);
    ConnectorSettings connector{named.name, EmbeddedSettings{}};
    if (section.has("kafka")) connector.kind = read_kafka(section["kafka"]);
    if (section.has("redis")) connector.kind = read_redis(section["redis"]);
    if (section.has("embedded")) connector.kind = read_embedded(section["embedded"]);
    check_embedded_paths(named, connector, paths);
    out.known.push_back({named.name, kind});
    out.settings.push_back(std::move(connector));
  }
  return out;
}

}  // namespace sidestream
