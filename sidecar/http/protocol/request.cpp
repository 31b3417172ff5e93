#include "sidecar/http/protocol/request.hpp"

#include <algorithm>

namespace sidestream {
namespace {

std::optional<std::string_view> find(const Fields& fields, std::string_view name) {
  const auto field =
      std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == name; });
  if (field == fields.end()) return std::nullopt;
  return field->second;
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view lower_name) const {
  return find(headers, lower_name);
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  return find(query, name);
}

std::string Request::joined(std::string_view lower_name) const {
  const std::string_view separator = lower_name == "cookie" ? "; " : ", ";  // RFC 9113, 8.2.3
  std::string all;
  for (const auto& [name, value] : headers) {
    if (name != lower_name) continue;
    if (!all.empty()) all += separator;
    all += value;
  }
  return all;
}

std::string Request::path() const {
  std::string path;
  for (const std::string& segment : segments) path += "/" + segment;
  return path.empty() ? "/" : path;
}

}  // namespace sidestream
