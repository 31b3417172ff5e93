#include "sidecar/http/handlers/delivery.hpp"

#include <charconv>
#include <chrono>
#include <string>

#include "sidecar/base/ascii_case.hpp"
#include "sidecar/base/blanks.hpp"
#include "sidecar/settings/units.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto poll_most = 60s;

// Calls take(part) for each part of `list`, without the blanks around it.
template <class Take>
void for_each_part(std::string_view list, char separator, Take&& take) {
  while (true) {
    const std::size_t end = list.find(separator);
    take(trim_blanks(list.substr(0, end)));
    if (end == list.npos) return;
    list.remove_prefix(end + 1);
  }
}

double quality_in(std::string_view text) {
  double quality = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quality);
  return error == std::errc() && end == text.data() + text.size() ? quality : 0;
}

struct Range {
  std::string_view type;
  double quality = 1;
};

Range parse_range(std::string_view text) {
  Range range;
  bool first = true;
  for_each_part(text, ';', [&](std::string_view part) {
    if (std::exchange(first, false)) {
      range.type = part;
    } else if (part.size() > 2 && equals_ignoring_case(part.substr(0, 2), "q=")) {
      range.quality = quality_in(part.substr(2));
    }
  });
  return range;
}

// How closely a range names event streams; 0: not at all.
int closeness(std::string_view type) {
  if (equals_ignoring_case(type, "text/event-stream")) return 3;
  if (equals_ignoring_case(type, "text/*")) return 2;
  return type == "*/*" ? 1 : 0;
}

std::optional<Response> set_dialect(Delivery& delivery, const Request& request) {
  const auto format = request.parameter("format");
  if (!format) {
    if (prefers_ndjson(request.joined("accept"))) delivery.dialect = Dialect::ndjson;
    return std::nullopt;
  }
  if (*format != "ndjson" && *format != "sse")
    return Response::error(400, "format: expected ndjson or sse");
  delivery.dialect = *format == "ndjson" ? Dialect::ndjson : Dialect::event_stream;
  return std::nullopt;
}

std::optional<Response> set_poll(Delivery& delivery, const Request& request) {
  const auto text = request.parameter("poll");
  if (!text) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (!duration || *duration > poll_most)
    return Response::error(400, "poll: expected a duration like 30s, from 0s to 60s");
  delivery.poll = *duration;
  return std::nullopt;
}

}  // namespace

bool prefers_ndjson(std::string_view accept) {
  double ndjson = 0;
  double event_stream = 0;
  int closest = 0;
  for_each_part(accept, ',', [&](std::string_view part) {
    const Range range = parse_range(part);
    if (equals_ignoring_case(range.type, "application/x-ndjson")) ndjson = range.quality;
    const int close = closeness(range.type);
    if (close <= closest) return;
    closest = close;
    event_stream = range.quality;
  });
  return ndjson > event_stream;
}

std::variant<Delivery, Response> parse_delivery(const Request& request) {
  Delivery delivery;
  if (auto problem = set_dialect(delivery, request)) return std::move(*problem);
  if (auto problem = set_poll(delivery, request)) return std::move(*problem);
  return delivery;
}

}  // namespace sidestream
