#pragma once
// Reads the head of an HTTP/1.1 request and makes a Request of it.
//
// Thread: the transport's event loop.

#include <boost/beast/core/error.hpp>

#include "sidecar/http/limits/byte_budget.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/protocol/h1_transport.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/request_parser.hpp"
#include "sidecar/http/protocol/response.hpp"

namespace sidestream {

// `first`: the connection's first head, which must be complete 10 s after the connection was
// opened. Later ones may begin within 75 s and have 10 s from their first byte.
// What is received of an unfinished head beyond 4 KiB is taken from `budget`.
// Errors: no_buffer_space (the budget is used up), message_size (an unfinished request line beyond
// 16 KiB), end_of_stream (the client closed before the first byte, or sent none in time), timed_out,
// partial_message, what the parser finds, or an error of the socket.
Awaitable<boost::beast::error_code> read_head(H1Transport& client, RequestHeadParser& parser,
                                              bool first, ByteBudget& budget);

// Sets method, path and query. False: the target is no path that can be decoded. Requests for the
// upstream app need no more than this.
bool read_request_line(const RequestHeadParser& parser, Request& request);
void read_headers(const RequestHeadParser& parser, Request& request);

// Whether the error is the client's, and it can still be told.
bool is_malformed(const boost::beast::error_code& error);
// Whether the budget of unfinished heads is used up.
bool is_over_budget(const boost::beast::error_code& error);
// For both.
Response malformed_response(const boost::beast::error_code& error);

}  // namespace sidestream
