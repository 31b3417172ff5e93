#include "sidecar/http/protocol/response.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace sidestream {

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
