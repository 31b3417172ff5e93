#include "sidecar/base/rfc3339.hpp"

namespace sidestream {
namespace {

std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int n = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return n;
}

bool skip(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".123" of any length, to milliseconds.
std::optional<int> fraction_ms(std::string_view& text) {
  if (!skip(text, '.')) return 0;
  int ms = 0, n = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (n < 3) ms = ms * 10 + (text.front() - '0');
    ++n;
    text.remove_prefix(1);
  }
  if (n == 0) return std::nullopt;
  for (; n < 3; ++n) ms *= 10;
  return ms;
}

// "Z" or "+02:00". An unescaped plus of a query has become a space.
std::optional<std::chrono::minutes> zone(std::string_view& text) {
  if (skip(text, 'Z') || skip(text, 'z')) return std::chrono::minutes(0);
  const bool minus = skip(text, '-');
  if (!minus && !skip(text, '+') && !skip(text, ' ')) return std::nullopt;
  const auto hours = digits(text, 2);
  if (!hours || *hours > 23 || !skip(text, ':')) return std::nullopt;
  const auto minutes = digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(*hours * 60 + *minutes);
  return minus ? -offset : offset;
}

}  // namespace

std::optional<TimeOfMs> parse_time(std::string_view text) {
  const auto year = digits(text, 4);
  if (!year || !skip(text, '-')) return std::nullopt;
  const auto month = digits(text, 2);
  if (!month || !skip(text, '-')) return std::nullopt;
  const auto day = digits(text, 2);
  if (!day || !(skip(text, 'T') || skip(text, 't') || skip(text, ' '))) return std::nullopt;
  const auto hour = digits(text, 2);
  if (!hour || *hour > 23 || !skip(text, ':')) return std::nullopt;
  const auto minute = digits(text, 2);
  if (!minute || *minute > 59 || !skip(text, ':')) return std::nullopt;
  const auto second = digits(text, 2);
  if (!second || *second > 60) return std::nullopt;
  const auto ms = fraction_ms(text);
  if (!ms) return std::nullopt;
  const auto offset = zone(text);
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!offset || !text.empty() || !date.ok()) return std::nullopt;
  return TimeOfMs(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
         std::chrono::milliseconds(*ms) - *offset;
}

}  // namespace sidestream
