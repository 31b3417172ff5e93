#include "sidecar/http/access/credentials.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "sidecar/base/ascii_case.hpp"
#include "sidecar/base/blanks.hpp"

namespace sidestream {
namespace {

// Empty: another scheme, or no token.
std::string_view bearer_token(std::string_view value) {
  constexpr std::string_view scheme = "bearer";
  value = trim_blanks(value);
  if (value.size() <= scheme.size() || value[scheme.size()] != ' ') return {};
  if (!equals_ignoring_case(value.substr(0, scheme.size()), scheme)) return {};
  return trim_blanks(value.substr(scheme.size()));
}

void add_cookies(std::string_view header, std::string_view name,
                 std::vector<std::string_view>& into) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = trim_blanks(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || trim_blanks(pair.substr(0, equals)) != name) continue;
    std::string_view value = trim_blanks(pair.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    into.push_back(value);
  }
}

bool is_authorization(const TokenSource& source) {
  return source.kind == TokenSource::Kind::header && source.name == "authorization";
}

std::vector<std::string_view> values_at(const Request& request, const TokenSource& source) {
  std::vector<std::string_view> values;
  if (source.kind == TokenSource::Kind::query) {
    for (const auto& [name, value] : request.query)
      if (name == source.name) values.push_back(value);
    return values;
  }
  const bool is_cookie = source.kind == TokenSource::Kind::cookie;
  const bool is_bearer = is_authorization(source);
  for (const auto& [name, value] : request.headers) {
    if (name != (is_cookie ? "cookie" : source.name)) continue;
    if (is_cookie)
      add_cookies(value, source.name, values);
    else
      values.push_back(is_bearer ? bearer_token(value) : trim_blanks(value));
  }
  return values;
}

}  // namespace

Credential find_credential(const Request& request, std::span<const TokenSource> sources) {
  for (const TokenSource& source : sources) {
    std::vector<std::string_view> values = values_at(request, source);
    const auto is_none = [](std::string_view value) { return value.empty(); };
    if (std::ranges::all_of(values, is_none)) continue;
    // Browsers send a cookie that was emptied beside one of another path. Another Authorization is
    // no such thing: a proxy in front may have checked it.
    if (!is_authorization(source)) std::erase_if(values, is_none);
    const auto differs = [&](std::string_view value) { return value != values.front(); };
    if (std::ranges::any_of(values, differs)) return {Credential::Kind::ambiguous, {}, false};
    return {Credential::Kind::token, std::string(values.front()),
            source.kind == TokenSource::Kind::query};
  }
  return {};
}

}  // namespace sidestream
