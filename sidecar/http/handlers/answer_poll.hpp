#pragma once
// Answers a long poll (?poll=30s): one JSON document with the events that came.
//
// Thread: the connection's event loop.

#include <chrono>
#include <memory>
#include <string_view>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/protocol/responder.hpp"
#include "sidecar/http/server_context.hpp"
#include "sidecar/http/streams/poll.hpp"

namespace sidestream {

// Waits until the poll is over and answers; nothing if the client leaves meanwhile. 503: there is no
// room for the answer.
// Requires: the stream table has the poll's outlet.
Awaitable<void> answer_poll(std::shared_ptr<Poll> poll, std::chrono::milliseconds time,
                            Fields headers, const Client& client, Responder& responder,
                            const ServerContext& context);

// A poll, and a stream without stream-shutdown, is told so by a status: 429 for a limit of the client's, else 503.
Response refuse_poll(std::string_view reason, Fields headers);

}  // namespace sidestream
