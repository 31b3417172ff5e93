#pragma once
// The target of a request line (RFC 9112, 3.2). Pure.
//
//   parse_target()  "/a%20b?x=1", "http://host/a?x=1" or "*" -> Target, whose text is passed on
//   decode()        a Target -> the segments and the query of a Request
//
// Thread: any.

#include <optional>
#include <string_view>

#include "sidecar/http/protocol/request.hpp"

namespace sidestream {

// Views of the parsed text.
struct Target {
  std::string_view path;       // "/path?query" unchanged, or "*"
  std::string_view authority;  // empty unless the target is a URL
};

// Nothing: neither a path, nor an http URL with one, nor "*".
std::optional<Target> parse_target(std::string_view text);

// Sets segments and query of `request`. False: "*", or a path whose escapes cannot be decoded.
bool decode(const Target& target, Request& request);

}  // namespace sidestream
