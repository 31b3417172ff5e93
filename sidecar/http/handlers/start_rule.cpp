#include "sidecar/http/handlers/start_rule.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "sidecar/base/rfc3339.hpp"
#include "sidecar/settings/units.hpp"

namespace sidestream {
namespace {

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
  return parse_time(text);
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
