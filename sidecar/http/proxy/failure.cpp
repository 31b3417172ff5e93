#include "sidecar/http/proxy/failure.hpp"

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <string>

#include "sidecar/http/proxy/header_rules.hpp"

namespace sidestream {
namespace {

struct Failure {
  unsigned status;
  std::string_view text;  // the step that failed
};

// By UpstreamError.
constexpr std::array<Failure, upstream_errors.size()> failures{{
    {502, "cannot reach the upstream app: connection refused"},
    {504, "cannot reach the upstream app: connect timeout"},
    {502, "the upstream app closed the connection during the request"},
    {504, "the upstream app did not respond within first_byte_timeout"},
    {502, "the upstream app closed the connection without a response"},
    {502, "the upstream response is not valid HTTP/1.1"},
    {503, "too many concurrent requests (upstream.max_requests, or the limit of open files)"},
    {503, "too many upgraded connections (upstream.max_tunnels)"},
    {413, "the request body exceeds upstream.max_body"},
    {400, "the request body is not valid HTTP/1.1"},
    {408, "the request body did not arrive in time"},
    {502, "the upstream app closed the connection mid-response"},
    {504, "no data within idle_timeout"},
    {502, "the client closed the connection"},
    {429, "too many unfinished request bodies from this address (upstream.max_requests / 16)"},
}};

enum class Format { json, html, text };

double quality(std::string_view item) {
  const auto at = item.find(";q=");
  return at == std::string_view::npos
             ? 1
             : std::strtod(std::string(item.substr(at + 3)).c_str(), nullptr);
}

// The format with the highest quality; of equal ones the first.
Format preferred_format(std::string_view accept) {
  std::string known = to_lower(accept);
  std::erase(known, ' ');
  Format best = Format::json;
  double best_quality = 0;
  for (const auto item : list_items(known)) {
    const auto type = item.substr(0, item.find(';'));
    const bool json = type.ends_with("/json") || type.ends_with("+json");
    const bool html = type == "text/html", text = type == "text/plain";
    if (!(json || html || text) || quality(item) <= best_quality) continue;
    best_quality = quality(item);
    best = json ? Format::json : html ? Format::html : Format::text;
  }
  return best;
}

}  // namespace

Response failure_response(UpstreamError error, std::string_view accept) {
  const auto [status, text] = failures[static_cast<std::size_t>(error)];
  const auto cause = upstream_errors[static_cast<std::size_t>(error)];
  Response response;
  response.status = status;
  switch (preferred_format(accept)) {
    case Format::json:
      response.body =
          boost::json::serialize(boost::json::object{{"error", text}, {"cause", cause}});
      break;
    case Format::html:
      response.content_type = "text/html; charset=utf-8";
      response.body = "<!doctype html><title>" + std::to_string(status) + "</title><h1>" +
                      std::to_string(status) + "</h1><p>" + std::string(text) + "</p>";
      break;
    case Format::text:
      response.content_type = "text/plain; charset=utf-8";
      response.body = text;
      break;
  }
  response.body += "\n";
  if (status == 503 || status == 429) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace sidestream
