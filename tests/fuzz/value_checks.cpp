// Small values: lists, targets, networks, the app's address, Accept.

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <string>
#include <vector>

#include "sidecar/base/traceparent.hpp"
#include "sidecar/http/protocol/target.hpp"
#include "sidecar/http/proxy/failure.hpp"
#include "sidecar/http/proxy/header_rules.hpp"
#include "sidecar/http/proxy/request_id.hpp"
#include "sidecar/settings/network.hpp"
#include "sidecar/settings/upstream_url.hpp"
#include "tests/fuzz/check.hpp"

namespace fuzz {
namespace {

bool is_within(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void check_list(std::string_view text) {
  std::string joined;
  const auto items = sidestream::list_items(text);
  for (const auto item : items) {
    require(is_within(item, text) && !item.empty(), "an item is a piece of the list", text);
    require(item.find(',') == std::string_view::npos, "an item has no comma", text);
    require(item.find_first_of(" \t") != 0 && item.find_last_of(" \t") != item.size() - 1,
            "an item is trimmed", text);
    joined.append(item).append(",");
  }
  require(sidestream::list_items(joined) == items, "a list of the items has the same", text);
}

// Ours takes a short way for most, and sees the same. A query that is none takes nothing from its
// path.
void check_path(std::string_view text) {
  const auto path =
      boost::urls::parse_origin_form({text.data(), std::min(text.find('?'), text.size())});
  sidestream::Request request;
  require(sidestream::decode({text, {}}, request) == !path.has_error(), "a path or none", text);
  if (!path) return;
  std::vector<std::string> segments;
  for (const auto& segment : path->segments()) segments.emplace_back(segment);
  if (segments == std::vector<std::string>{""}) segments.clear();
  require(request.segments == segments, "the same segments", text);
  const auto url = boost::urls::parse_origin_form({text.data(), text.size()});
  if (!url) return;
  sidestream::Fields query;
  for (const auto& p : url->params()) query.emplace_back(std::string(p.key), std::string(p.value));
  require(request.query == query, "the same parameters", text);
}

void check_target(std::string_view text) {
  check_path(text);
  const auto target = sidestream::parse_target(text);
  if (!target) return;
  require(target->path == "*" || target->path.starts_with('/'), "a path or *", text);
  if (target->authority.empty()) {
    require(target->path == text, "a path stands as it is", text);
    return;
  }
  require(is_within(target->authority, text), "the authority is a piece of it", text);
  require(target->authority.find_first_of("/?#") == std::string_view::npos,
          "and ends before the path", text);
}

void check_network(std::string_view text) {
  const auto parsed = sidestream::parse_network(text);
  if (!parsed.error.empty()) return;
  const auto& network = parsed.value;
  require(network.bits <= 128 && network.contains(network.first), "it contains its first", text);
  const auto address = sidestream::parse_ip(text.substr(0, text.find('/')));
  require(address && network.contains(*address), "it contains the address", text);
  const auto flipped = [&](unsigned bit) {
    auto other = network.first;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ (0x80U >> bit % 8));
    return other;
  };
  for (unsigned bit = 0; bit < 128; ++bit) {
    require(network.contains(flipped(bit)) == (bit >= network.bits), "its bits count, no others",
            text);
  }
}

void check_url(std::string_view text) {
  const auto parsed = sidestream::parse_upstream_url(text);
  const auto& address = parsed.value;
  if (!parsed.error.empty()) {
    require(address == sidestream::UpstreamAddress{}, "an error leaves nothing", text);
    return;
  }
  require(address.host.empty() != address.socket.empty(), "a host or a socket", text);
  require(address.port > 0, "a port", text);
  require(
      address.socket.empty() || (address.socket.starts_with('/') && address.socket.size() < 108),
      "a socket that a Unix socket can have", text);
  require(address.host.find_first_of(std::string_view(" /?#@[]\r\n\0", 10)) == std::string::npos,
          "a host is a host", text);
}

void check_failure(Input input) {
  const auto count = static_cast<unsigned>(sidestream::upstream_errors.size());
  const auto error = static_cast<sidestream::UpstreamError>(input.below(count));
  const auto answer = sidestream::failure_response(error, input.rest());
  require(answer.status >= 400 && answer.status <= 504, "a failure's status", input.rest());
  const bool html = answer.content_type.starts_with("text/html");
  const bool json = answer.content_type == "application/json";
  require(html || json || answer.content_type.starts_with("text/plain"), "one of three",
          input.rest());
  require(json == answer.body.starts_with('{') && html == answer.body.starts_with('<'),
          "the body is what it says", input.rest());
  auto lower = sidestream::to_lower(input.rest());
  std::erase(lower, ' ');
  require(!html || lower.find("text/html") != std::string::npos, "HTML only to who names it",
          input.rest());
}

void check_ids(std::string_view text) {
  if (sidestream::is_request_id(text)) {
    require(text.size() <= 128 && text.find_first_of(" \t\r\n,;\"") == std::string_view::npos,
            "an id needs no quoting", text);
  }
  if (sidestream::is_traceparent(text))
    require(text.size() >= 55, "a traceparent has 55 or more", text);
}

}  // namespace

void check_values(Input input) {
  const unsigned kind = input.below(6);
  // A string of its own, so that a read beyond its end is seen.
  const std::string text(input.rest());
  switch (kind) {
    case 0:
      return check_list(text);
    case 1:
      return check_target(text);
    case 2:
      return check_network(text);
    case 3:
      return check_url(text);
    case 4:
      return check_failure(Input(text));
    default:
      return check_ids(text);
  }
}

}  // namespace fuzz
