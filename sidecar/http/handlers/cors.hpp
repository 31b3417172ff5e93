#pragma once
// CORS (Fetch standard, "HTTP extensions"). Off where no origin is configured. Pure.

#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// The headers that an answer to `request` carries, error answers too. None: the origin isn't
// allowed.
Fields cors_headers(const CorsSettings& cors, const Request& request);

// What both allow.
CorsSettings common_cors(const CorsSettings& a, const CorsSettings& b);

// Whether it is a preflight, which is answered without looking further.
bool is_preflight(const Request& request);
// `credentials`: the headers that they come in; they are allowed besides the usual ones.
Response answer_preflight(const CorsSettings& cors, const Request& request,
                          std::string_view methods, const std::vector<std::string>& credentials);

// Lets pages read where a reply (`ask:`) is, and its newest id. Nothing without an Origin.
void expose_reply(const Request& request, Fields& headers);

}  // namespace sidestream
