#include "sidecar/http/protocol/response.hpp"

#include <boost/beast/http/status.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace sidestream {

Response Response::error(unsigned status, std::string_view text) {
  Response response;
  response.status = status;
  response.reason = text;
  response.body = boost::json::serialize(boost::json::object{{"error", text}}) + "\n";
  return response;
}

Response Response::not_allowed(std::string_view allow) {
  Response response = error(405, "method not allowed; allowed: " + std::string(allow));
  response.headers.emplace_back("Allow", allow);
  return response;
}

std::string head_of(const Response& response, std::string_view connection) {
  namespace http = boost::beast::http;
  const std::string_view reason = http::obsolete_reason(http::int_to_status(response.status));
  std::string head = "HTTP/1.1 " + std::to_string(response.status);
  head.append(" ").append(reason).append("\r\n");
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  if (response.status != 204) add("Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) add(name, value);
  if (!connection.empty()) add("Connection", connection);
  if (response.status != 204) add("Content-Length", std::to_string(response.body.size()));
  return head.append("\r\n");
}

}  // namespace sidestream
