// config/sidestream.yaml shows every setting with its default, sidestream.access.yaml those of access;
// these tests hold them to that.

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

#include "sidecar/settings/keys.hpp"
#include "tests/unit/settings/key_walk.hpp"
#include "tests/unit/settings/support.hpp"

namespace sidestream::test {
namespace {

std::string reference_path() { return source_root() / "config/sidestream.yaml"; }
std::string access_path() { return source_root() / "config/sidestream.access.yaml"; }

std::optional<std::string> with_secret(const std::string& name) {
  if (name == "SIDESTREAM_SECRET") return "0123456789abcdef0123456789abcdef";
  return std::nullopt;
}

Settings load_file(const std::string& path) {
  Loaded loaded = load_settings(path, with_secret);
  for (const std::string& error : loaded.errors) ADD_FAILURE() << error;
  return std::move(loaded.settings);
}

template <class Kind>
Kind connector(const Settings& settings, std::string_view name) {
  const auto found = std::ranges::find(settings.connectors, name, &ConnectorSettings::name);
  return std::get<Kind>(found->kind);
}

TopicSettings topic(std::string name, std::string path, std::string from, std::string log,
                    bool publish) {
  TopicSettings topic;
  topic.name = std::move(name);
  topic.path = std::move(path);
  topic.from = std::move(from);
  topic.log = std::move(log);
  topic.publish = publish ? Publish::yes : Publish::no;
  if (topic.from != "events") topic.event_header.clear();
  if (topic.from == "cache") topic.key_field = "key";
  return topic;
}

FieldCondition end_by_event(const std::vector<std::string>& names) {
  FieldCondition condition{{FieldName::Kind::event, ""}, {}};
  for (const std::string& name : names)
    condition.values.push_back({{{ValuePiece::Kind::text, name}}});
  return condition;
}

TEST(Reference, HasTheDefaultsOfTheCode) {
  const Settings settings = load_file(reference_path());
  ServerSettings server;
  server.upstream.emplace().url = {"127.0.0.1", 8000, ""};
  EXPECT_EQ(settings.server, server);
  EXPECT_EQ(connector<EmbeddedSettings>(settings, "local"), EmbeddedSettings{});
  EXPECT_EQ(connector<RedisSettings>(settings, "cache"), (RedisSettings{"redis"}));
  TopicSettings job = topic("job", "/jobs/{id}", "cache", "job:{id}", false);
  job.end = {end_by_event({"done", "failed"})};
  TopicSettings prompts = topic("prompts", "/events/prompts", "cache", "prompts", false);
  prompts.read = Rules{Rules::Kind::none, {}};
  TopicSettings reply =
      topic("reply", "/ask/{session}/{request}", "cache", "reply:{session}:{request}", true);
  reply.end = {end_by_event({"done", "failed", "cancelled"})};
  reply.start = Start::earliest;
  reply.ask = AskSettings{.to = "prompts",
                          .path = "/ask/{session}",
                          .other_path = "/api/chat",
                          .from_body = {{"session", "/id"}},
                          .current = "/api/chat/{session}/stream"};
  const std::vector<TopicSettings> expected{
      topic("orders", "/events/orders", "events", "shop.orders", false),
      topic("alerts", "/events/alerts", "cache", "alerts", false),
      topic("chat", "/chat/{session}", "cache", "chat:{session}", true),
      job,
      prompts,
      reply,
      topic("hello", "/events/hello", "local", "hello", true)};
  EXPECT_EQ(settings.topics, expected);
}

TEST(Reference, HasEveryKey) {
  Problems problems("reference");
  Document document;
  Document of_access;
  const Node* root = document.parse(content_of(reference_path()), problems);
  const Node* access = of_access.parse(content_of(access_path()), problems);
  ASSERT_NE(root, nullptr);
  ASSERT_NE(access, nullptr);
  for (const keys::Section& section : keys::sections) {
    auto there = keys_at(root, section.path);
    there.merge(keys_at(access, section.path));
    // These stand in comments.
    if (section.path == "access.revocations") there["topic"];
    if (section.path == "topics.*.ask") there["secret"];
    for (const std::string_view key : section.keys)
      EXPECT_TRUE(there.contains(std::string(key))) << section.path << ' ' << key;
  }
}

TEST(Reference, OfAccessHasTheDefaultsOfTheCode) {
  const Settings settings = load_file(access_path());
  ASSERT_TRUE(settings.access);
  AccessSettings expected = *settings.access;
  const AccessSettings defaults;
  const IssuerSettings issuer;
  EXPECT_EQ(expected.ticket_lifetime, defaults.ticket_lifetime);
  EXPECT_EQ(expected.stream_lifetime, defaults.stream_lifetime);
  EXPECT_EQ(expected.subject, defaults.subject);
  EXPECT_EQ(expected.log_subject, defaults.log_subject);
  EXPECT_EQ(expected.tokens.at(0).leeway, issuer.leeway);
  EXPECT_EQ(expected.tokens.at(0).ca, issuer.ca);
  EXPECT_EQ(expected.token_from.at(0), defaults.token_from.at(0));
  ASSERT_TRUE(expected.forward);
  const ForwardSettings forward;
  EXPECT_EQ(expected.forward->pass, forward.pass);
  EXPECT_EQ(expected.forward->timeout, forward.timeout);
  EXPECT_EQ(expected.forward->cache, forward.cache);
  EXPECT_EQ(expected.forward->recheck, forward.recheck);
}

TEST(Reference, MinimalFileIsValidAndShort) {
  const auto path = source_root() / "config/sidestream.minimal.yaml";
  const Settings settings = load_file(path);
  ASSERT_EQ(settings.topics.size(), 1u);
  EXPECT_EQ(settings.topics[0], topic("hello", "/events/hello", "local", "hello", true));
  EXPECT_EQ(connector<EmbeddedSettings>(settings, "local"), EmbeddedSettings{});
  EXPECT_LE(std::ranges::count(content_of(path), '\n'), 5);
}

// A file in which `key` of the section at `path` has a value that fits no key.
std::string with_wrong_value(std::string_view path, std::string_view key) {
  std::string name;
  std::string text;
  int depth = 0;
  const auto open = [&](std::string_view part) {
    if (part == "[]") {
      text += std::string(static_cast<std::size_t>(depth++) * 2, ' ') + "-\n";
      return;
    }
    text += std::string(static_cast<std::size_t>(depth++) * 2, ' ') +
            std::string(part == "*" ? "some" : part) + ":\n";
  };
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    open(rest.substr(0, dot));
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  return text + std::string(static_cast<std::size_t>(depth) * 2, ' ') + std::string(key) +
         ": [[]]\n";
}

// So that no key of the table is accepted and then forgotten.
TEST(Reference, LoaderReadsEveryKey) {
  for (const keys::Section& section : keys::sections)
    for (const std::string_view key : section.keys) {
      std::string path(section.path);
      if (const auto star = path.find('*'); star != std::string::npos)
        path.replace(star, 1, "some");
      if (const auto item = path.find(".[]"); item != std::string::npos)
        path.replace(item, 3, "[0]");
      const std::string full = join_path(path, key);
      const auto errors = errors_of(with_wrong_value(section.path, key));
      EXPECT_TRUE(std::ranges::any_of(errors, [&](const std::string& error) {
        return error.find(": " + full + ": must be ") != std::string::npos ||
               error.find(": " + full + "[0]: must be ") != std::string::npos;
      })) << full;
    }
}

}  // namespace
}  // namespace sidestream::test
