#include "sidecar/http/protocol/target.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>
#include <string>

namespace sidestream {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("/-_.~?&=").find(c) != std::string_view::npos;
}

// Most targets have no escapes and no segment that begins with a dot: they need no grammar.
bool is_plain(std::string_view path) {
  return path.starts_with('/') && path.find("/.") == std::string_view::npos &&
         std::all_of(path.begin(), path.end(), [](char c) { return is_plain(c); });
}

// Calls `take` with each piece between separators.
template <class Take>
void split(std::string_view text, char separator, Take take) {
  for (auto end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    take(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  take(text);
}

template <class Take>
void split_query(std::string_view query, Take take) {
  split(query, '&', [&](std::string_view parameter) {
    const auto name = parameter.substr(0, parameter.find('='));
    take(name, parameter.substr(std::min(name.size() + 1, parameter.size())));
  });
}

void decode_plain(std::string_view path, Request& request) {
  const auto end = std::min(path.find('?'), path.size());
  request.segments.reserve(4);
  split(path.substr(1, end - 1), '/',
        [&](std::string_view segment) { request.segments.emplace_back(segment); });
  if (end == path.size()) return;
  split_query(path.substr(end + 1), [&](std::string_view name, std::string_view value) {
    request.query.emplace_back(name, value);
  });
}

// A parameter with invalid escapes stays as it is: it is either not one of ours, or a wrong value.
std::string decode_parameter(std::string_view text) {
  const auto escaped = boost::urls::make_pct_string_view({text.data(), text.size()});
  if (!escaped) return std::string(text);
  boost::urls::encoding_opts form;
  form.space_as_plus = true;
  return escaped->decode(form);
}

bool decode_escaped(std::string_view text, Request& request) {
  const auto end = std::min(text.find('?'), text.size());
  const auto path = boost::urls::parse_origin_form({text.data(), end});
  if (!path) return false;
  for (const auto& segment : path->segments()) request.segments.emplace_back(segment);
  if (end == text.size()) return true;
  split_query(text.substr(end + 1), [&](std::string_view name, std::string_view value) {
    request.query.emplace_back(decode_parameter(name), decode_parameter(value));
  });
  return true;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

bool escapes_unreserved(std::string_view segment) {
  for (auto at = segment.find('%'); at + 2 < segment.size() && at != std::string_view::npos;
       at = segment.find('%', at + 1)) {
    const int high = hex_value(segment[at + 1]), low = hex_value(segment[at + 2]);
    if (high >= 0 && low >= 0 && is_unreserved(static_cast<char>(high * 16 + low))) return true;
  }
  return false;
}

// Whether no other path means the same: no dot segment, no empty one, no escape of a character that
// needs none (RFC 3986, 6.2.2). Proxies that match paths could take another spelling for another path.
bool has_one_spelling(std::string_view path) {
  path = path.substr(0, path.find('?'));
  if (path == "/") return true;
  bool one = true;
  split(path.substr(1), '/', [&](std::string_view segment) {
    if (segment.empty() || segment == "." || segment == ".." || escapes_unreserved(segment))
      one = false;
  });
  return one;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  if (text.starts_with('/') || text == "*") return Target{text, {}};
  constexpr std::string_view scheme = "http://";
  if (text.size() < scheme.size() ||
      !boost::beast::iequals({text.data(), scheme.size()}, {scheme.data(), scheme.size()})) {
    return std::nullopt;
  }
  const auto rest = text.substr(scheme.size());
  const auto path = rest.find('/');
  if (rest.empty() || path == 0 || rest.find_first_of("?#") < path) return std::nullopt;
  if (path == std::string_view::npos) return Target{"/", rest};
  return Target{rest.substr(path), rest.substr(0, path)};
}

bool decode(const Target& target, Request& request) {
  request.one_spelling = target.path.starts_with('/') && has_one_spelling(target.path);
  if (is_plain(target.path)) {
    decode_plain(target.path, request);
  } else if (!decode_escaped(target.path, request)) {
    return false;
  }
  // "/" is one empty segment; so is the end of "/a/".
  if (request.segments.size() == 1 && request.segments[0].empty()) request.segments.clear();
  return true;
}

}  // namespace sidestream
