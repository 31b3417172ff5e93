#pragma once
// DELETE of a reply's path (`ask:` of a topic): appends to the log of questions that this one is
// cancelled. What then happens is the workers' choice.
//
// Thread: the responder's event loop.

#include <string>

#include "sidecar/http/handlers/question.hpp"

namespace sidestream {

struct CancelRequest {
  std::shared_ptr<Topic> topic;
  TopicMap::Parameters parameters;  // of the question
  std::string id;
  Fields headers;  // of the response
};

// Of the reply that the path names. 404: it can be no question's.
std::variant<CancelRequest, Response> parse_cancel(const TopicMap::Match& match,
                                                   const Request& request);

// Checks the client's rights and limits, appends and answers 202. Borrows all until it completes.
Awaitable<void> cancel(CancelRequest request, const Request& head, Responder& responder,
                       EventLoop& loop, const ServerContext& context);

// The same for a client whose rights were checked.
Awaitable<void> append_cancel(Question question, const RightsCheck& rights, const Request& head,
                              Responder& responder, EventLoop& loop, const ServerContext& context);

}  // namespace sidestream
