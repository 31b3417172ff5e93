#include "sidecar/auth/token/registered_claims.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cmath>

namespace sidestream {
namespace {

namespace json = boost::json;

constexpr double last_second = 253402300799;  // 9999-12-31T23:59:59Z

bool read_text(const json::object& claims, std::string_view name, std::optional<std::string>& to) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr) return true;
  if (!value->is_string()) return false;
  to = std::string(value->get_string());
  return true;
}

bool read_texts(const json::object& claims, std::string_view name, std::vector<std::string>& to) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr) return true;
  if (value->is_string()) {
    to.emplace_back(value->get_string());
    return true;
  }
  const auto* list = value->if_array();
  if (list == nullptr) return false;
  for (const auto& item : *list) {
    if (!item.is_string()) return false;
    to.emplace_back(item.get_string());
  }
  return true;
}

bool read_time(const json::object& claims, std::string_view name,
               std::optional<std::chrono::sys_seconds>& to) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr) return true;
  if (!value->is_number()) return false;
  const auto number = value->to_number<double>();
  if (std::isnan(number)) return false;
  const double seconds = std::floor(std::clamp(number, 0.0, last_second));
  to = std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
  return true;
}

}  // namespace

std::optional<RegisteredClaims> parse_registered_claims(std::string_view payload) {
  json::parse_options options;
  options.max_depth = 64;  // as Claims
  boost::system::error_code error;
  const auto parsed = json::parse(payload, error, {}, options);
  const auto* claims = error ? nullptr : parsed.if_object();
  if (claims == nullptr) return std::nullopt;
  RegisteredClaims found;
  if (!read_text(*claims, "iss", found.iss) || !read_texts(*claims, "aud", found.aud) ||
      !read_time(*claims, "exp", found.exp) || !read_time(*claims, "nbf", found.nbf) ||
      !read_time(*claims, "iat", found.iat) ||
      !read_time(*claims, "stream_exp", found.stream_exp)) {
    return std::nullopt;
  }
  return found;
}

}  // namespace sidestream
