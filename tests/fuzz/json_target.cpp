// What stands in the JSON of records and claims, at JSON Pointers.

#include <algorithm>
#include <string>

#include "sidecar/auth/claims.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/json_checks.hpp"

namespace fuzz {
namespace {

std::string pointer_of(const sidestream::JsonPath& path) {
  std::string text;
  for (const std::string& step : path) {
    text += '/';
    for (const char c : step) {
      if (c == '~' || c == '/')
        text += c == '~' ? "~0" : "~1";
      else
        text += c;
    }
  }
  return text;
}

void check_claims(const std::string& text, const std::string& pointer,
                  const boost::json::value* value) {
  const auto claims = sidestream::Claims::parse(text);
  const auto whole = parse_whole(text);
  require(claims.has_value() == (whole && whole->is_object()), "claims are an object", text);
  if (!claims || pointer.empty()) return;
  const auto texts = claims->values(pointer);
  require(std::ranges::find(texts, "") == texts.end(), "an empty claim is none", text);
  const auto single = claims->text(pointer);
  if (value == nullptr || !is_scalar(*value)) {
    require(!single, "a claim that is no text", text);
    if (value == nullptr || !value->is_array()) require(texts.empty(), "no texts", text);
  } else if (single) {
    require(is_text_of(*single, *value) && texts.size() == 1 && texts[0] == *single, "one text",
            text);
  }
}

}  // namespace

// The first line: a pointer.
void check_json(Input input) {
  const std::string all(input.rest());
  const std::size_t end = std::min(all.find('\n'), all.size());
  const std::string pointer = all.substr(0, end);
  const std::string text = end < all.size() ? all.substr(end + 1) : "";
  const auto path = sidestream::parse_json_pointer(pointer);
  if (!path) return;
  require(pointer_of(*path) == pointer, "one spelling of a pointer", pointer);

  const sidestream::JsonPath none{"no such key"}, top;
  const std::vector<sidestream::JsonPath> paths{none, *path, top, *path};
  std::vector<sidestream::JsonValue> found;
  const bool good = sidestream::find_json_values(text, paths, found);
  const auto whole = parse_whole(text);
  require(good == whole.has_value(), "the same texts are JSON", all);
  require(found.size() == paths.size(), "one for each path", all);
  const auto at = [&](const sidestream::JsonPath& place) {
    return whole ? look_up(*whole, place) : nullptr;
  };
  for (std::size_t i = 0; i < paths.size(); ++i)
    require(says(found[i], at(paths[i])), "what Boost.JSON finds there", all);
  check_claims(text, pointer, at(*path));
}

}  // namespace fuzz
