#pragma once
// The bytes of an HTTP/1.x response that is an event stream, in any dialect. Pure.
//
// Thread: any.

#include <string>
#include <string_view>

#include "sidecar/http/protocol/fields.hpp"
#include "sidecar/stream/dialect/dialect.hpp"

namespace sidestream {

// Status line and fields. Without Content-Length, Connection and Keep-Alive, because the stream has
// no end and its connection is not reused.
std::string stream_head(bool http10, Dialect dialect, const Fields& headers);

// Appends a body that consists of `blocks`.
void append_stream_body(std::string& out, bool http10, std::string_view blocks);

}  // namespace sidestream
