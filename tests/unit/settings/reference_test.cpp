// config/sidestream.yaml shows every setting with its default; these tests hold it to that.

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

#include "sidecar/settings/keys.hpp"
#include "tests/unit/settings/key_walk.hpp"
#include "tests/unit/settings/support.hpp"

namespace sidestream::test {
namespace {

std::string reference_path() { return source_root() / "config/sidestream.yaml"; }

Settings load_file(const std::string& path) {
  Loaded loaded = load_settings(path, environment);
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
  return topic;
}

TEST(Reference, HasTheDefaultsOfTheCode) {
  const Settings settings = load_file(reference_path());
  ServerSettings server;
  server.upstream.emplace().url = {"127.0.0.1", 8000, ""};
  EXPECT_EQ(settings.server, server);
  EXPECT_EQ(connector<EmbeddedSettings>(settings, "local"), EmbeddedSettings{});
  EXPECT_EQ(connector<RedisSettings>(settings, "cache"), (RedisSettings{"redis"}));
  const std::vector<TopicSettings> expected{
      topic("orders", "/events/orders", "events", "shop.orders", false),
      topic("alerts", "/events/alerts", "cache", "alerts", false),
      topic("chat", "/chat/{session}", "cache", "chat:{session}", true),
      topic("hello", "/events/hello", "local", "hello", true)};
  EXPECT_EQ(settings.topics, expected);
}

TEST(Reference, HasEveryKey) {
  Problems problems("reference");
  Document document;
  const Node* root = document.parse(content_of(reference_path()), problems);
  ASSERT_NE(root, nullptr);
  for (const keys::Section& section : keys::sections) {
    const auto there = keys_at(root, section.path);
    for (const std::string_view key : section.keys)
      EXPECT_TRUE(there.contains(std::string(key))) << section.path << ' ' << key;
  }
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
