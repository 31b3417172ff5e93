#include "sidecar/auth/token/cache_control.hpp"

#include <algorithm>
#include <cstdint>

#include "sidecar/base/ascii_case.hpp"
#include "sidecar/base/blanks.hpp"

namespace sidestream {
namespace {

constexpr std::int64_t seconds_max = std::int64_t{1} << 31;

std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    seconds = std::min(seconds_max, seconds * 10 + (c - '0'));
  }
  return std::chrono::seconds(seconds);
}

}  // namespace

std::optional<std::chrono::seconds> parse_max_age(std::string_view header) {
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    const std::string_view directive = trim_blanks(header.substr(0, comma));
    header.remove_prefix(std::min(comma + 1, header.size()));
    const std::size_t equals = directive.find('=');
    if (equals == std::string_view::npos) continue;
    if (equals_ignoring_case(directive.substr(0, equals), "max-age")) {
      return parse_seconds(directive.substr(equals + 1));
    }
  }
  return std::nullopt;
}

}  // namespace sidestream
