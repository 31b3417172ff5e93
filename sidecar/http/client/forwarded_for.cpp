#include "sidecar/http/client/forwarded_for.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/base/blanks.hpp"

namespace sidestream {
namespace {

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// Whether the quote at `at` ends or begins a quoted string: a backslash before it makes it a part
// of the string, unless that backslash is escaped itself.
bool is_delimiter(std::string_view text, std::size_t at) {
  const std::size_t before = text.substr(0, at).find_last_not_of('\\');
  const std::size_t backslashes = at - (before == std::string_view::npos ? 0 : before + 1);
  return backslashes % 2 == 0;
}

// Takes the last element off the list. `quotes`: a comma inside a quoted string is none.
std::string_view take_last(std::string_view& list, bool quotes) {
  bool inside = false;
  for (std::size_t at = list.size(); at-- > 0;) {
    if (quotes && list[at] == '"' && is_delimiter(list, at)) inside = !inside;
    if (list[at] != ',' || inside) continue;
    const std::string_view element = list.substr(at + 1);
    list = list.substr(0, at);
    return trim_blanks(element);
  }
  return trim_blanks(std::exchange(list, {}));
}

bool is_port(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "0123456789abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-") == std::string_view::npos;
}

std::optional<AddressBytes> parse_ip_with_zone(std::string_view text) {
  return parse_ip(text.substr(0, text.find('%')));
}

bool is_for(std::string_view name) {
  return name.size() == 3 && (name[0] | 0x20) == 'f' && (name[1] | 0x20) == 'o' &&
         (name[2] | 0x20) == 'r';
}

// The for= parameter of an element of Forwarded. Nothing: it has none, or two.
std::optional<std::string_view> for_parameter(std::string_view element) {
  std::optional<std::string_view> found;
  while (!element.empty()) {
    bool inside = false;
    std::size_t end = 0;
    for (; end < element.size() && (inside || element[end] != ';'); ++end) {
      if (element[end] == '"' && is_delimiter(element, end)) inside = !inside;
    }
    const std::string_view pair = element.substr(0, end);
    element = element.substr(std::min(end + 1, element.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || !is_for(trim_blanks(pair.substr(0, equals)))) continue;
    if (found) return std::nullopt;
    found = trim_blanks(pair.substr(equals + 1));
  }
  return found;
}

// `node_of` gives the node of an element, if it has one.
template <class NodeOf>
std::optional<AddressBytes> find(std::string_view list, bool quotes, const AddressBytes& peer,
                                 const std::vector<Network>& trusted, NodeOf node_of) {
  std::optional<AddressBytes> found;
  while (!list.empty()) {
    const std::string_view element = take_last(list, quotes);
    if (element.empty()) continue;  // RFC 9110, 5.6.1.2
    if (!found) found = peer;
    const auto node = node_of(element);
    const auto address = node ? parse_node(*node) : std::nullopt;
    if (!address) break;
    found = address;
    if (!is_trusted(*address, trusted)) break;
  }
  return found;
}

}  // namespace

bool is_trusted(const AddressBytes& address, const std::vector<Network>& trusted) {
  return std::any_of(trusted.begin(), trusted.end(),
                     [&](const Network& network) { return network.contains(address); });
}

std::optional<AddressBytes> parse_node(std::string_view text) {
  text = trim_blanks(unquoted(text));
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(end + 1);
    const std::string_view host = text.substr(1, end - 1);
    if (!rest.empty() && !(rest.front() == ':' && is_port(rest.substr(1)))) return std::nullopt;
    if (host.find(':') == std::string_view::npos) return std::nullopt;
    return parse_ip_with_zone(host);
  }
  if (const auto address = parse_ip_with_zone(text)) return address;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_port(text.substr(colon + 1))) return std::nullopt;
  return parse_ip(text.substr(0, colon));  // IPv4 alone: IPv6 with a port has brackets
}

std::optional<AddressBytes> find_in_x_forwarded_for(std::string_view list, const AddressBytes& peer,
                                                    const std::vector<Network>& trusted) {
  return find(list, false, peer, trusted,
              [](std::string_view element) { return std::optional(element); });
}

std::optional<AddressBytes> find_in_forwarded(std::string_view list, const AddressBytes& peer,
                                              const std::vector<Network>& trusted) {
  return find(list, true, peer, trusted, for_parameter);
}

}  // namespace sidestream
