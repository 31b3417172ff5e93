#pragma once
// Questions (`ask:` of a topic): a POST appends the body to another topic's log and answers with the
// stream of the reply.
//
// Thread: any for the pure function; the others run on the responder's event loop.

#include <optional>
#include <string>
#include <variant>

#include "sidecar/http/handlers/publish.hpp"
#include "sidecar/http/handlers/stream_request.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/responder.hpp"
#include "sidecar/stream/topic/topic_map.hpp"

namespace sidestream {

class EventLoop;

struct AskRequest {
  TopicMap::Match match;           // where it is asked
  std::optional<std::string> key;  // Idempotency-Key
  Timestamp now{};                 // of the request
  bool streams = true;             // false: Prefer: respond-async
  Fields headers;                  // of the response
};

// From the head alone. 400: the key is no key, or one that is easy to guess although anybody may read
// the reply. Requires: a match with Use::ask, without a bad parameter.
std::variant<AskRequest, Response> parse_ask(const TopicMap::Match& match, const Request& request,
                                             Timestamp now);

// Checks the client's rights and limits, reads the body, appends the question and answers: with the
// reply's stream, or 202. Borrows all until it completes.
Awaitable<void> ask(AskRequest request, const Request& head, Responder& responder, EventLoop& loop,
                    const ServerContext& context);

}  // namespace sidestream
