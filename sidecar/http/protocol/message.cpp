#include "sidecar/http/protocol/message.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>

namespace sidestream {
namespace {

std::optional<std::string_view> find(const Fields& fields, std::string_view name) {
  const auto field =
      std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == name; });
  if (field == fields.end()) return std::nullopt;
  return field->second;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("/-_.~?&=").find(c) != std::string_view::npos;
}

// Nearly all targets have no escapes, nor a segment that begins with a dot: they need no grammar.
bool is_plain(std::string_view target) {
  return target.starts_with('/') && target.find("/.") == std::string_view::npos &&
         std::all_of(target.begin(), target.end(), [](char c) { return is_plain(c); });
}

// Gives `take` what stands between the separators.
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

void take_plain(std::string_view target, Request& request) {
  const auto end = std::min(target.find('?'), target.size());
  request.segments.reserve(4);
  split(target.substr(1, end - 1), '/',
        [&](std::string_view segment) { request.segments.emplace_back(segment); });
  if (end == target.size()) return;
  split_query(target.substr(end + 1), [&](std::string_view name, std::string_view value) {
    request.query.emplace_back(name, value);
  });
}

// As it stands where its escapes don't decode: it is most likely none of ours, and a wrong value
// otherwise.
std::string decode_parameter(std::string_view text) {
  const auto escaped = boost::urls::make_pct_string_view({text.data(), text.size()});
  if (!escaped) return std::string(text);
  boost::urls::encoding_opts form;
  form.space_as_plus = true;
  return escaped->decode(form);
}

// False: see parse_target.
bool take_any(std::string_view target, Request& request) {
  const auto end = std::min(target.find('?'), target.size());
  const auto path = boost::urls::parse_origin_form({target.data(), end});
  if (!path) return false;
  for (const auto& segment : path->segments()) request.segments.emplace_back(segment);
  if (end == target.size()) return true;
  split_query(target.substr(end + 1), [&](std::string_view name, std::string_view value) {
    request.query.emplace_back(decode_parameter(name), decode_parameter(value));
  });
  return true;
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view lower_name) const {
  return find(headers, lower_name);
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  return find(query, name);
}

std::string Request::path() const {
  std::string path;
  for (const std::string& segment : segments) path += "/" + segment;
  return path.empty() ? "/" : path;
}

bool parse_target(std::string_view target, Request& request) {
  if (is_plain(target)) {
    take_plain(target, request);
  } else if (!take_any(target, request)) {
    return false;
  }
  // "/" is one empty segment; so is the end of "/a/".
  if (request.segments.size() == 1 && request.segments[0].empty()) request.segments.clear();
  return true;
}

Response Response::error(unsigned status, std::string_view text) {
  Response response;
  response.status = status;
  response.body = boost::json::serialize(boost::json::object{{"error", text}}) + "\n";
  return response;
}

Response Response::not_allowed(std::string_view allow) {
  Response response = error(405, "method not allowed; allowed: " + std::string(allow));
  response.headers.emplace_back("Allow", allow);
  return response;
}

}  // namespace sidestream
