#pragma once
// What every request that writes must pass, and the answers to those that don't.
//
// Thread: the event loop.

#include <optional>
#include <string_view>

#include "sidecar/http/client/client.hpp"
#include "sidecar/http/handlers/publish.hpp"
#include "sidecar/http/handlers/rights.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// 401, 403, or 503 with a log line. Requires: !rights.allowed().
Response refusal_of(RightsCheck& rights, const Request& head, const ServerContext& context);

// 403, if only clients of this pod may publish and this is none. An address that a proxy names does
// not make a peer a local one.
std::optional<Response> check_place(const Client& client, const TopicSettings& topic);

// 429, if the person or the address publishes too fast.
std::optional<Response> check_rate(const RightsCheck& rights, const Request& head, EventLoop& loop,
                                   const ServerContext& context);

// 503, counted: bodies of publishes and answers of polls have used up their budget.
Response too_many_bodies(const ServerContext& context);

// 413, 408 or 503. Requires: the body is neither whole nor lost.
Response answer_no_body(Body::Outcome outcome, const PublishRequest& request,
                        const RightsCheck& rights, const Request& head,
                        const ServerContext& context);

void log_publish_refusal(std::string_view limit, unsigned status, const RightsCheck& rights,
                         const Request& head, const ServerContext& context);

// With the headers of the request's answers.
Response with_headers(Response response, const PublishRequest& request);

}  // namespace sidestream
