#include "sidecar/http/exchange.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
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

void take_plain(std::string_view target, Request& request) {
  const auto end = std::min(target.find('?'), target.size());
  request.segments.reserve(4);
  split(target.substr(1, end - 1), '/',
        [&](std::string_view segment) { request.segments.emplace_back(segment); });
  if (end == target.size()) return;
  split(target.substr(end + 1), '&', [&](std::string_view parameter) {
    const auto name = parameter.substr(0, parameter.find('='));
    const auto value = parameter.substr(std::min(name.size() + 1, parameter.size()));
    request.query.emplace_back(name, value);
  });
}

// False: see parse_target.
bool take_any(std::string_view target, Request& request) {
  const auto url = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!url) return false;
  for (const auto& segment : url->segments()) request.segments.emplace_back(segment);
  for (const auto& parameter : url->params()) {
    request.query.emplace_back(std::string(parameter.key), std::string(parameter.value));
  }
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
  Response response = error(405, "this method is not allowed here; allowed: " + std::string(allow));
  response.headers.emplace_back("Allow", allow);
  return response;
}

}  // namespace sidestream
