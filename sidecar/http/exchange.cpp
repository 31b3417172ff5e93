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
  const auto url = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!url) return false;
  for (const auto& segment : url->segments()) request.segments.emplace_back(segment);
  // "/" is one empty segment; so is the end of "/a/".
  if (request.segments.size() == 1 && request.segments[0].empty()) request.segments.clear();
  for (const auto& parameter : url->params()) {
    request.query.emplace_back(std::string(parameter.key), std::string(parameter.value));
  }
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
