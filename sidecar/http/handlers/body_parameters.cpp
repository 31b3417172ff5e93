#include "sidecar/http/handlers/body_parameters.hpp"

#include <algorithm>

#include "sidecar/base/json_values.hpp"
#include "sidecar/settings/path_pattern.hpp"

namespace sidestream {
namespace {

bool is_parameter(const JsonValue& value) {
  using Kind = JsonValue::Kind;
  return (value.kind == Kind::string || value.kind == Kind::number) &&
         is_parameter_value(value.text);
}

}  // namespace

bool lacks_parameters(const TopicMap::Parameters& parameters,
                      const std::vector<BodyParameter>& from_body) {
  return !from_body.empty() &&
         std::ranges::find(parameters, from_body.front().name, [](const auto& parameter) {
           return parameter.first;
         }) == parameters.end();
}

std::string add_body_parameters(std::string_view body, const std::vector<BodyParameter>& from_body,
                                TopicMap::Parameters& parameters) {
  std::vector<JsonPath> paths;
  for (const BodyParameter& parameter : from_body)
    paths.push_back(parse_json_pointer(parameter.pointer).value_or(JsonPath()));
  std::vector<JsonValue> values;
  if (!find_json_values(body, paths, values)) return "the body is not JSON";
  for (std::size_t i = 0; i < from_body.size(); ++i) {
    const auto& [name, pointer] = from_body[i];
    if (!is_parameter(values[i])) {
      return "{" + name +
             "}: expected 1 to 128 characters of A-Z a-z 0-9 _ . ~ @ - except . and .. at " +
             pointer + " of the body";
    }
    parameters.emplace_back(name, std::move(values[i].text));
  }
  return {};
}

}  // namespace sidestream
