// config/sidestream.schema.json serves editors; these tests hold it to the loader's keys and the
// reference's defaults.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "sidecar/settings/keys.hpp"
#include "tests/unit/settings/key_walk.hpp"
#include "tests/unit/settings/support.hpp"

namespace sidestream::test {
namespace {

namespace json = boost::json;

class Schema : public testing::Test {
 protected:
  const json::object& resolved(const json::object& schema) const {
    if (const auto* all = schema.if_contains("allOf"))
      return resolved(all->as_array().at(0).as_object());
    if (const auto* any = schema.if_contains("anyOf"); any && !schema.contains("properties"))
      for (const auto& form : any->as_array())
        if (resolved(form.as_object()).contains("properties")) return resolved(form.as_object());
    const auto* ref = schema.if_contains("$ref");
    if (!ref) return schema;
    const std::string_view name = std::string_view(ref->as_string()).substr(14);
    return root_.at("definitions").at(name).as_object();
  }

  // The schema of the section at `path`, `*` matches any name, `[]` an item of a list.
  const json::object& section(std::string_view path) const {
    const json::object* schema = &root_;
    for (std::string_view rest = path; !rest.empty();) {
      const std::size_t dot = std::min(rest.find('.'), rest.size());
      const std::string_view name = rest.substr(0, dot);
      if (name == "[]")
        schema = &resolved(schema->at("items").as_object());
      else
        schema = &resolved(name == "*" ? schema->at("additionalProperties").as_object()
                                       : schema->at("properties").at(name).as_object());
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    return *schema;
  }

  const json::object root_ =
      json::parse(content_of(source_root() / "config/sidestream.schema.json")).as_object();
};

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  return json::serialize(value);
}

TEST_F(Schema, IsDraft7ForEditorsAndHelm) {
  EXPECT_EQ(root_.at("$schema").as_string(), "http://json-schema.org/draft-07/schema#");
}

TEST_F(Schema, HasExactlyTheKeysOfTheLoader) {
  for (const keys::Section& known : keys::sections) {
    std::set<std::string_view> there;
    for (const auto& property : section(known.path).at("properties").as_object())
      there.insert(property.key());
    EXPECT_EQ(there, std::set<std::string_view>(known.keys.begin(), known.keys.end()))
        << known.path;
  }
}

TEST_F(Schema, IsClosedAndDescribesEveryKey) {
  for (const keys::Section& known : keys::sections) {
    const json::object& schema = section(known.path);
    EXPECT_EQ(schema.at("additionalProperties"), json::value(false)) << known.path;
    EXPECT_TRUE(schema.contains("description")) << known.path;
    for (const auto& property : schema.at("properties").as_object())
      EXPECT_TRUE(property.value().as_object().contains("description"))
          << known.path << ' ' << property.key();
  }
}

TEST_F(Schema, HasTheDefaultsOfTheReference) {
  Problems problems("reference");
  Document document;
  Document of_access;
  const Node* reference =
      document.parse(content_of(source_root() / "config/sidestream.yaml"), problems);
  const Node* access =
      of_access.parse(content_of(source_root() / "config/sidestream.access.yaml"), problems);
  ASSERT_NE(reference, nullptr);
  ASSERT_NE(access, nullptr);
  // These have no default: required, derived from other keys, or sections.
  const std::set<std::string_view> without{
      "server",      "connectors",  "topics", "cors",   "kafka",   "redis",     "embedded",
      "url",         "from",        "topic",  "stream", "path",    "event",     "retention",
      "upstream",    "limits",      "access", "tokens", "issuer",  "audience",  "keys",
      "secret",      "algorithms",  "header", "cookie", "query",   "forward",   "claims",
      "peers",       "revocations", "read",   "only",   "filters", "tls",       "admin_tls",
      "certificate", "key",         "end",    "ask",    "to",      "from_body", "current"};
  for (const keys::Section& known : keys::sections) {
    auto values = keys_at(reference, known.path);
    values.merge(keys_at(access, known.path));
    for (const auto& property : section(known.path).at("properties").as_object()) {
      const auto* preset = property.value().as_object().if_contains("default");
      ASSERT_TRUE(preset || without.contains(property.key()))
          << known.path << ' ' << property.key();
      if (!preset || preset->is_array()) continue;
      EXPECT_EQ(text_of(*preset), values.at(std::string(property.key()))) << known.path;
    }
  }
}

}  // namespace
}  // namespace sidestream::test
