#pragma once
// Requests for streams of which everything is over: their logs have ended, and nothing follows
// where they would start. They are answered 204, after which a native EventSource never comes back.
//
// Thread: the event loop.

#include "sidecar/http/handlers/stream_request.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/stream/end/ended_logs.hpp"

namespace sidestream {

// Whether that is remembered of all logs of the request: it starts at the end records' own ids, or
// has no id and starts live, or it is for running logs only. Of no other start is anything known
// without the broker.
bool is_over(const StreamRequest& stream, const EndedLogs& ended);

// 204, counted. `headers`: of CORS.
Response answer_ended(const StreamRequest& stream, Fields headers);

}  // namespace sidestream
