#pragma once
// Response heads of apps that are valid but for their line ends or their status line, as nginx and
// Go take them: LF alone ends a line, HTTP/1.2 to 1.9, no space behind the status code. Pure.
//
// Thread: any. Source: RFC 9112 sections 2.2, 2.3 and 4.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sidestream {

struct CanonicalHead {
  std::string text;      // with its empty line
  std::size_t size = 0;  // bytes of the original
};

// Whether `received` is the beginning of a head that is incomplete. The parser gets heads only when
// they are complete, because it refuses a line before the next one has arrived.
bool is_partial_head(std::string_view received);

// Rewrites the head at the beginning of `received`. Nothing: it is incomplete, or needs no rewrite.
// Anything else that is invalid stays so, for the parser to refuse.
std::optional<CanonicalHead> canonicalize_head(std::string_view received);

}  // namespace sidestream
