#include "tests/fuzz/json_checks.hpp"

#include <boost/json/parse.hpp>
#include <cmath>
#include <vector>

namespace fuzz {
namespace {

namespace json = boost::json;
using Kind = sidestream::JsonValue::Kind;

constexpr std::size_t depth_max = 64;

Kind kind_of(const json::value& value) {
  if (value.is_null()) return Kind::null;
  if (value.is_bool()) return Kind::boolean;
  if (value.is_number()) return Kind::number;
  if (value.is_string()) return Kind::string;
  return value.is_array() ? Kind::list : Kind::object;
}

}  // namespace

std::optional<json::value> parse_whole(std::string_view text) {
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code error;
  auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return std::nullopt;
  return value;
}

const json::value* look_up(const json::value& whole, const sidestream::JsonPath& path) {
  const json::value* at = &whole;
  for (const std::string& step : path) {
    if (const auto* object = at->if_object()) {
      at = object->if_contains(step);
    } else if (const auto* list = at->if_array()) {
      const json::value* found = nullptr;
      for (std::size_t i = 0; i < list->size(); ++i)
        if (std::to_string(i) == step) found = &(*list)[i];
      at = found;
    } else {
      return nullptr;
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

bool is_scalar(const json::value& value) {
  return value.is_string() || value.is_number() || value.is_bool();
}

bool is_text_of(std::string_view text, const json::value& value) {
  if (value.is_string()) return text == std::string_view(value.as_string());
  const auto parsed = parse_whole(text);
  if (!parsed) return false;
  if (parsed->is_double() && std::isnan(parsed->as_double()))  // Boost.JSON's 0e400
    return value.is_double() && std::isnan(value.as_double());
  return *parsed == value;
}

bool says(const sidestream::JsonValue& found, const json::value* value) {
  if (value == nullptr) return found.kind == Kind::absent;
  if (found.kind != kind_of(*value)) return false;
  if (is_scalar(*value)) return is_text_of(found.text, *value) && found.items.empty();
  std::vector<const json::value*> scalars;
  if (const auto* list = value->if_array())
    for (const json::value& item : *list)
      if (is_scalar(item)) scalars.push_back(&item);
  if (!found.text.empty() || found.items.size() != scalars.size()) return false;
  for (std::size_t i = 0; i < scalars.size(); ++i)
    if (!is_text_of(found.items[i], *scalars[i])) return false;
  return true;
}

}  // namespace fuzz
