#pragma once
// HTTP/1.1 chunked transfer coding (RFC 9112, 7.1). Pure.

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace sidestream {

// Ends the data of a chunk.
inline constexpr std::string_view chunk_end = "\r\n";
// Ends a chunked body without trailers.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

// Appends the size line of a chunk: "1f\r\n".
inline void append_chunk_head(std::string& out, std::size_t size) {
  char text[16];
  out.append(text, std::to_chars(text, text + sizeof text, size, 16).ptr).append("\r\n");
}

}  // namespace sidestream
