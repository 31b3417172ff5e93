#pragma once
// Checks the host of a request (RFC 9112, 3.2). Pure.
//
// Thread: any.

#include <string_view>

namespace sidestream {

// Whether `text` is a host with an optional port: "example.com:8080", "[::1]". A comma is refused
// although the grammar has it: it would make a list of Forwarded and the like.
bool is_host(std::string_view text);

}  // namespace sidestream
