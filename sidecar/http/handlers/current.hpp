#pragma once
// `current:` of `ask:`: the newest question of the path's parameters, whichever replica took it. GET
// streams its reply from the beginning, DELETE cancels it.
//
// Thread: the responder's event loop.

#include <memory>
#include <variant>

#include "sidecar/http/handlers/question.hpp"

namespace sidestream {

struct CurrentRequest {
  std::shared_ptr<Topic> topic;
  TopicMap::Parameters parameters;
  Timestamp now{};  // of the request
  bool cancels = false;
  Fields headers;  // of the response
};

// Requires: a match with Use::current, without a bad parameter; GET, HEAD or DELETE.
CurrentRequest parse_current(const TopicMap::Match& match, const Request& request, Timestamp now);

// Looks for the question once the client's rights are known, for at most 2 s. GET: 204 if none was
// asked or its reply has ended, and then a useChat client waits for nothing. DELETE: 404 if none
// was asked. 503: the broker does not say. Borrows all until it completes.
Awaitable<void> answer_current(CurrentRequest request, const Request& head, Responder& responder,
                               EventLoop& loop, const ServerContext& context);

}  // namespace sidestream
