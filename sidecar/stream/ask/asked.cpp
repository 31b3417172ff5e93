#include "sidecar/stream/ask/asked.hpp"

#include <algorithm>

#include "sidecar/stream/ask/question_id.hpp"

namespace sidestream {
namespace {

constexpr std::string_view parameter_field = "param.";

// With its length, so that different texts never join to the same.
void append(std::string& out, std::string_view text) {
  out.append(std::to_string(text.size())).append(":").append(text);
}

}  // namespace

std::string place_of(std::string_view reply_to, std::string_view request,
                     std::vector<std::pair<std::string, std::string>> parameters) {
  std::ranges::sort(parameters);
  std::string place;
  std::size_t id = 0;
  while (!request.empty() && (id = reply_to.find(request)) != reply_to.npos) {
    append(place, reply_to.substr(0, id));
    reply_to.remove_prefix(id + request.size());
  }
  append(place, reply_to);
  place += ';';
  for (const auto& [name, value] : parameters) {
    append(place, name);
    append(place, value);
  }
  return place;
}

std::optional<Asked> parse_asked(const Record& record, std::string_view event_header) {
  std::string_view event = record.event;
  std::string_view reply_to;
  Asked asked;
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const Header& header : record.headers) {
    const std::string_view value = header.value.value_or(std::string_view());
    if (header.name == event_header) event = value;
    if (header.name == "request") asked.request = value;
    if (header.name == "reply_to") reply_to = value;
    if (header.name.starts_with(parameter_field))
      parameters.emplace_back(header.name.substr(parameter_field.size()), value);
  }
  if (event != "ask" || !is_question_id(asked.request)) return std::nullopt;
  asked.place = place_of(reply_to, asked.request, std::move(parameters));
  return asked;
}

}  // namespace sidestream
