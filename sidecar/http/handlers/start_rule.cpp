#include "sidecar/http/handlers/start_rule.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "sidecar/settings/units.hpp"

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

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
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
  return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
         std::chrono::milliseconds(*ms) - *offset;
}

std::variant<std::optional<StartRequest>, std::string> parse_rule(std::string_view name,
                                                                  std::string_view value,
                                                                  Timestamp now) {
  StartRequest start;
  if (name == "from") {
    if (value != "earliest" && value != "live") return "from: expected earliest or live";
    start.kind = value == "live" ? StartRequest::Kind::live : StartRequest::Kind::earliest;
    return start;
  }
  if (name == "since") {
    const auto since = parse_since(value, now);
    if (!since) {
      return "since: expected a time like 2026-01-31T12:00:00Z, unix seconds or milliseconds, or a "
             "duration like 10m";
    }
    start.kind = StartRequest::Kind::since;
    start.since = *since;
    return start;
  }
  const auto count = parse_whole_number(value);
  if (!count) return "tail: expected a whole number";
  start.kind = StartRequest::Kind::tail;
  start.tail = static_cast<std::int64_t>(std::min<std::uint64_t>(*count, INT64_MAX));
  return start;
}

}  // namespace

std::optional<std::string> last_event_id(const Request& request) {
  if (const auto id = request.header("last-event-id"); id && !id->empty()) return std::string(*id);
  constexpr std::array<std::string_view, 5> spellings{"lastEventId", "last_event_id", "lastEventID",
                                                      "Last-Event-ID", "evs_last_event_id"};
  for (const auto name : spellings) {
    if (const auto id = request.parameter(name); id && !id->empty()) return std::string(*id);
  }
  return std::nullopt;
}

std::optional<Timestamp> parse_since(std::string_view text, Timestamp now) {
  if (const auto n = parse_whole_number(text)) {
    // Seconds reach this number in the year 5138, milliseconds passed it in 1973.
    constexpr std::uint64_t first_milliseconds = 100'000'000'000;
    if (*n > 100'000'000'000'000) return std::nullopt;
    const auto ms = static_cast<std::int64_t>(*n < first_milliseconds ? *n * 1000 : *n);
    return Timestamp(std::chrono::milliseconds(ms));
  }
  if (const auto duration = parse_duration(text)) {
    return *duration > now.time_since_epoch() ? Timestamp() : now - *duration;
  }
  return parse_rfc3339(text);
}

std::variant<std::optional<StartRequest>, std::string> start_rule(const Request& request,
                                                                  Timestamp now) {
  std::vector<std::string_view> given;
  for (const std::string_view name : {"from", "since", "tail"}) {
    if (request.parameter(name)) given.push_back(name);
  }
  if (given.empty()) return std::nullopt;
  if (given.size() > 1) {
    return std::string(given[0]) + " and " + std::string(given[1]) +
           " cannot be combined; use one of from, since, tail";
  }
  return parse_rule(given[0], *request.parameter(given[0]), now);
}

}  // namespace sidestream
