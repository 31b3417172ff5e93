#include "sidecar/http/handlers/cors.hpp"

#include <algorithm>
#include <iterator>

namespace sidestream {

Fields cors_headers(const CorsSettings& cors, const Request& request) {
  if (cors.origins.empty()) return {};
  const bool any = cors.origins.front() == "*";
  // Caches must not give one origin's answer to another, also not an answer without the header.
  Fields vary = any ? Fields{} : Fields{{"Vary", "Origin"}};
  const auto origin = request.header("origin");
  if (!origin) return vary;
  const bool listed =
      any || std::find(cors.origins.begin(), cors.origins.end(), *origin) != cors.origins.end();
  if (!listed) return vary;
  Fields headers{{"Access-Control-Allow-Origin", any ? "*" : std::string(*origin)}};
  if (cors.credentials) headers.emplace_back("Access-Control-Allow-Credentials", "true");
  headers.insert(headers.end(), vary.begin(), vary.end());
  return headers;
}

void expose_reply(const Request& request, Fields& headers) {
  if (request.header("origin"))
    headers.emplace_back("Access-Control-Expose-Headers", "location, last-event-id");
}

CorsSettings common_cors(const CorsSettings& a, const CorsSettings& b) {
  const auto any = [](const CorsSettings& cors) {
    return !cors.origins.empty() && cors.origins.front() == "*";
  };
  CorsSettings common{{}, a.credentials && b.credentials};
  if (any(a)) {
    common.origins = b.origins;
  } else if (any(b)) {
    common.origins = a.origins;
  } else {
    std::copy_if(a.origins.begin(), a.origins.end(), std::back_inserter(common.origins),
                 [&](const std::string& origin) {
                   return std::find(b.origins.begin(), b.origins.end(), origin) != b.origins.end();
                 });
  }
  return common;
}

bool is_preflight(const Request& request) {
  return request.method == "OPTIONS" && request.header("origin") &&
         request.header("access-control-request-method");
}

Response answer_preflight(const CorsSettings& cors, const Request& request,
                          std::string_view methods, const std::vector<std::string>& credentials) {
  Response response;
  response.status = 204;
  response.headers = cors_headers(cors, request);
  if (response.headers.empty() || response.headers.front().first == "Vary") return response;
  response.headers.emplace_back("Access-Control-Allow-Methods", methods);
  std::string allowed =
      "last-event-id, authorization, cache-control, content-type, "
      "idempotency-key, prefer";
  for (const std::string& name : credentials)
    if (name != "authorization") allowed += ", " + name;
  response.headers.emplace_back("Access-Control-Allow-Headers", allowed);
  response.headers.emplace_back("Access-Control-Max-Age", "7200");
  return response;
}

}  // namespace sidestream
