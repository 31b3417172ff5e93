#include "sidecar/app/reload/config_loader.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "sidecar/app/tls_files.hpp"

namespace sidestream {
namespace {

// Keeps the settings that only a restart can change: listeners, event loops, budgets. Returns the
// keys that differ in the new file.
std::vector<std::string> keep_startup_settings(ServerSettings& next, const ServerSettings& now) {
  std::vector<std::string> keys;
  const auto keep = [&](auto member, const char* key) {
    if (next.*member == now.*member) return;
    next.*member = now.*member;
    keys.emplace_back(key);
  };
  keep(&ServerSettings::listen, "server.listen");
  keep(&ServerSettings::admin, "server.admin");
  keep(&ServerSettings::tls, "server.tls");
  keep(&ServerSettings::admin_tls, "server.admin_tls");
  keep(&ServerSettings::threads, "server.threads");
  keep(&ServerSettings::memory, "server.memory");
  keep(&ServerSettings::upstream, "server.upstream");
  return keys;
}

struct Login {
  std::string username;
  std::string password;
};

// The new login, if `next` differs from `now` only in its login.
std::optional<Login> changed_login(const RedisSettings& next, RedisSettings now) {
  now.username = next.username;
  now.password = next.password;
  if (now != next) return std::nullopt;
  return Login{next.username, next.password};
}

std::optional<Login> changed_login(const KafkaSettings& next, KafkaSettings now) {
  for (const char* key : {"sasl.username", "sasl.password"}) {
    const auto to = next.properties.find(key);
    const auto from = now.properties.find(key);
    if (to == next.properties.end() || from == now.properties.end()) return std::nullopt;
    from->second = to->second;
  }
  if (now != next) return std::nullopt;
  return Login{next.properties.at("sasl.username"), next.properties.at("sasl.password")};
}

std::optional<Login> changed_login(const EmbeddedSettings&, const EmbeddedSettings&) { return {}; }

std::optional<Login> changed_login(const ConnectorSettings& next, const ConnectorSettings& now) {
  const auto of_kind = [&](const auto& to) -> std::optional<Login> {
    const auto* from = std::get_if<std::decay_t<decltype(to)>>(&now.kind);
    return from ? changed_login(to, *from) : std::nullopt;
  };
  return std::visit(of_kind, next.kind);
}

bool is_embedded(const ConnectorSettings& settings) {
  return std::holds_alternative<EmbeddedSettings>(settings.kind);
}

bool contains(const Connector* connector, const std::vector<ConfiguredConnector>& entries) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const auto& entry) { return entry.connector.get() == connector; });
}

void retire(const TopicMap& before, const TopicMap& after) {
  for (const auto& topic : before.all()) {
    const auto next = after.find(topic->settings.name);
    if (next == topic) continue;
    topic->retired.store(next ? Retired::changed : Retired::removed);
  }
}

}  // namespace

Configuration::Configuration(Settings settings, std::uint64_t embedded_memory,
                             AccessRuntime& access, Logger log)
    : embedded_memory_(embedded_memory), access_(access), log_(std::move(log)), serving_({}) {
  std::vector<std::string> none;
  replace_connectors(settings, none);
  std::shared_ptr<Access> first = make_access(settings);
  TopicMap topics = make_topics(settings.topics, {});
  serving_.set({std::move(settings.server), std::move(topics), std::move(first), revocations()});
}

std::vector<NamedConnector> Configuration::connectors() const {
  const std::lock_guard lock(mutex_);
  std::vector<NamedConnector> named;
  for (const auto& entry : connectors_)
    named.push_back({entry.settings.name, entry.kind, entry.connector});
  return named;
}

const ConfiguredConnector* Configuration::running(const std::string& name) const {
  const auto found = std::find_if(connectors_.begin(), connectors_.end(),
                                  [&](const auto& entry) { return entry.settings.name == name; });
  return found == connectors_.end() ? nullptr : &*found;
}

// An embedded connector is always kept: only one can open its file, and its memory would be lost.
bool Configuration::keeps(const ConnectorSettings& settings) const {
  const ConfiguredConnector* now = running(settings.name);
  return now && (now->settings == settings || changed_login(settings, now->settings) ||
                 (is_embedded(settings) && is_embedded(now->settings)));
}

std::vector<std::string> Configuration::check(const Settings& settings) const {
  std::vector<ConnectorSettings> fresh;
  std::copy_if(settings.connectors.begin(), settings.connectors.end(), std::back_inserter(fresh),
               [this](const auto& connector) { return !keeps(connector); });
  std::vector<std::string> problems = check_connectors(fresh);
  // Running ports keep their certificates; what is wrong with their files must hinder no reload.
  const auto now = serving_.get();
  if (settings.server.tls != now->server.tls || settings.server.admin_tls != now->server.admin_tls)
    std::ranges::move(check_tls_files(settings.server), std::back_inserter(problems));
  return problems;
}

ConfiguredConnector Configuration::reuse_or_create(const ConnectorSettings& settings,
                                                   const Settings& all,
                                                   std::vector<std::string>& restart_needed) {
  const ConfiguredConnector* old = running(settings.name);
  if (!old || !keeps(settings)) {
    ConfiguredConnector made =
        make_connector(settings, memory_of(settings, all, embedded_memory_), log_);
    if (started_) made.connector->start();
    return made;
  }
  ConfiguredConnector kept = *old;
  if (kept.settings == settings) return kept;
  if (is_embedded(settings)) {
    restart_needed.push_back("connectors." + settings.name);
    return kept;
  }
  const Login login = *changed_login(settings, kept.settings);
  kept.connector->take_login(login.username, login.password);
  kept.settings = settings;
  return kept;
}

void Configuration::replace_connectors(const Settings& settings,
                                       std::vector<std::string>& restart_needed) {
  std::vector<ConfiguredConnector> next;
  for (const ConnectorSettings& connector : settings.connectors) {
    next.push_back(reuse_or_create(connector, settings, restart_needed));
  }
  for (const auto& entry : connectors_) {
    if (!contains(entry.connector.get(), next)) retired_.push_back(entry.connector);
  }
  const std::lock_guard lock(mutex_);
  connectors_.swap(next);
}

std::shared_ptr<Topic> Configuration::make_topic(const TopicSettings& settings,
                                                 const TopicMap& before) const {
  const auto& connector = running(settings.from)->connector;  // the settings were checked
  const auto old = before.find(settings.name);
  if (!old) return std::make_shared<Topic>(settings, connector);
  if (old->settings == settings && old->owned_connector == connector) return old;
  return std::make_shared<Topic>(settings, connector, old->owned_probe);
}

std::shared_ptr<Access> Configuration::make_access(const Settings& settings) {
  return access_.apply(settings.access,
                       [this](const std::string& name) { return running(name)->connector; });
}

std::optional<RevocationTarget> Configuration::revocations() const {
  const auto& log = access_.revocations();
  if (!log) return std::nullopt;
  return RevocationTarget{log->connector(), log->name()};
}

TopicMap Configuration::make_topics(const std::vector<TopicSettings>& settings,
                                    const TopicMap& before) const {
  std::vector<std::shared_ptr<Topic>> topics;
  for (const TopicSettings& topic : settings) topics.push_back(make_topic(topic, before));
  return TopicMap(std::move(topics));
}

std::vector<std::string> Configuration::apply(Settings settings) {
  const auto before = serving_.get();
  std::vector<std::string> restart_needed = keep_startup_settings(settings.server, before->server);
  replace_connectors(settings, restart_needed);
  const TopicMap topics = make_topics(settings.topics, before->topics);
  // New topics first: a client that reconnects must not find the old ones.
  std::shared_ptr<Access> access = make_access(settings);
  serving_.set({std::move(settings.server), topics, std::move(access), revocations()});
  retire(before->topics, topics);
  return restart_needed;
}

void Configuration::start() {
  started_ = true;
  for (const auto& entry : connectors_) entry.connector->start();
  access_.start();
}

void Configuration::tidy(const OpenLogs& logs) {
  if (retired_.empty()) return;
  const auto open = logs.all();
  std::erase_if(retired_, [&](const auto& connector) {
    const bool read = std::any_of(open.begin(), open.end(), [&](const auto& log) {
      return &log->topic().connector == connector.get();
    });
    if (!read) connector->stop();
    // A stopped connector still answers callers that hold it.
    return !read;
  });
}

void Configuration::stop() {
  for (const auto& entry : connectors_) entry.connector->stop();
  for (const auto& connector : retired_) connector->stop();
}

}  // namespace sidestream
