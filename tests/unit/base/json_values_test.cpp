#include "sidecar/base/json_values.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

std::vector<JsonValue> find(std::string_view json, std::vector<std::string_view> pointers) {
  std::vector<JsonPath> paths;
  for (const auto pointer : pointers) paths.push_back(parse_json_pointer(pointer).value());
  std::vector<JsonValue> out;
  find_json_values(json, paths, out);
  return out;
}

// The value as `kind:text`, with the items of a list behind it.
std::string only(std::string_view json, std::string_view pointer) {
  static constexpr std::string_view names[] = {"absent", "null", "boolean", "number",
                                               "string", "list", "object"};
  const JsonValue value = find(json, {pointer})[0];
  std::string text(names[static_cast<std::size_t>(value.kind)]);
  if (value.is_scalar()) text += ":" + value.text;
  for (const auto& item : value.items) text += "," + item;
  return text;
}

TEST(JsonPointer, IsUnescaped) {
  EXPECT_EQ(parse_json_pointer(""), JsonPath{});
  EXPECT_EQ(parse_json_pointer("/"), JsonPath{""});
  EXPECT_EQ(parse_json_pointer("/a~1b/c~0d/0"), (JsonPath{"a/b", "c~d", "0"}));
}

TEST(JsonPointer, IsRefusedWithoutSlashOrWithABadEscape) {
  EXPECT_FALSE(parse_json_pointer("a"));
  EXPECT_FALSE(parse_json_pointer("/a~"));
  EXPECT_FALSE(parse_json_pointer("/a~2"));
}

TEST(JsonValues, KeepTheTextOfNumbers) {
  EXPECT_EQ(only(R"({"n": 1.50})", "/n"), "number:1.50");
  EXPECT_EQ(only(R"({"n": -0})", "/n"), "number:-0");
  EXPECT_EQ(only(R"({"n": 123456789012345678901234567890})", "/n"),
            "number:123456789012345678901234567890");
  EXPECT_EQ(only(R"({"n": 1e3})", "/n"), "number:1e3");
  EXPECT_EQ(only("42", ""), "number:42");
}

TEST(JsonValues, AreOfEachKind) {
  EXPECT_EQ(only(R"({"a": "x"})", "/a"), "string:x");
  EXPECT_EQ(only(R"({"a": ""})", "/a"), "string:");
  EXPECT_EQ(only(R"({"a": true})", "/a"), "boolean:true");
  EXPECT_EQ(only(R"({"a": null})", "/a"), "null");
  EXPECT_EQ(only(R"({"a": {"b": 1}})", "/a"), "object");
  EXPECT_EQ(only(R"({"a": 1})", "/b"), "absent");
  EXPECT_EQ(only(R"({"a": 1})", "/a/b"), "absent");
}

TEST(JsonValues, AreFoundInLists) {
  EXPECT_EQ(only(R"({"a": ["x", 2, true, null, ["y"], {"z": 1}, "w"]})", "/a"), "list,x,2,true,w");
  EXPECT_EQ(only(R"({"a": [[1, 2], [3, {"b": "c"}]]})", "/a/1/1/b"), "string:c");
  EXPECT_EQ(only(R"({"a": ["x", "y"]})", "/a/1"), "string:y");
  EXPECT_EQ(only(R"({"a": ["x", "y"]})", "/a/01"), "absent");
  EXPECT_EQ(only("[]", ""), "list");
}

TEST(JsonValues, AreComparedWithoutEscapes) {
  EXPECT_EQ(only(R"({"gr\u00f6\u00dfe": "\u0041\n"})", "/größe"), "string:A\n");
  EXPECT_EQ(only(R"({"a/b": 1})", "/a~1b"), "number:1");
}

TEST(JsonValues, OfARepeatedKeyAreThoseOfTheLast) {
  EXPECT_EQ(only(R"({"a": 1, "a": 2})", "/a"), "number:2");
  EXPECT_EQ(only(R"({"a": {"b": 1}, "a": {}})", "/a/b"), "absent");
  EXPECT_EQ(only(R"({"a": 1, "a": null})", "/a"), "null");
}

TEST(JsonValues, OfSeveralPathsComeInOnePass) {
  const auto found = find(R"({"a": {"x": 1, "y": "t"}, "b": {"x": 2}})", {"/b/x", "/a/y", "/a"});
  EXPECT_EQ(found[0].text, "2");
  EXPECT_EQ(found[1].text, "t");
  EXPECT_EQ(found[2].kind, JsonValue::Kind::object);
}

TEST(JsonValues, AreAbsentWhereTheWholeTextIsNotJson) {
  constexpr std::string_view texts[] = {
      R"({"a": 1)", R"({"a": 1} x)", R"({"a": 1,})", "",
      " ",          R"({"a": 01})",  R"({'a': 1})",  std::string_view("{\"a\": 1}\0", 9)};
  for (const std::string_view text : texts) {
    std::vector<JsonValue> out;
    const std::vector<JsonPath> paths{{"a"}};
    EXPECT_EQ(find_json_values(text, paths, out), false) << text;
    EXPECT_EQ(out[0].kind, JsonValue::Kind::absent) << text;
  }
  EXPECT_EQ(
      only(std::string(R"({"a": 1, "b": )") + std::string(100, '[') + std::string(100, ']') + "}",
           "/a"),
      "absent");
}

}  // namespace
}  // namespace sidestream
