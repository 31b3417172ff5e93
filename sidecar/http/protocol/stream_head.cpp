#include "sidecar/http/protocol/stream_head.hpp"

#include "sidecar/http/net/chunk.hpp"

namespace sidestream {

std::string stream_head(bool http10, Dialect dialect, const Fields& headers) {
  // HTTP/1.1 also for HTTP/1.0 clients: the version is the sender's (RFC 9110, 6.2).
  std::string head = "HTTP/1.1 200 OK\r\nContent-Type: ";
  head.append(content_type_of(dialect))
      .append(
          "\r\n"
          "Cache-Control: no-cache, no-transform\r\n"
          "X-Accel-Buffering: no\r\n");
  if (!http10) head += "Transfer-Encoding: chunked\r\n";
  for (const auto& [name, value] : headers)
    head.append(name).append(": ").append(value).append("\r\n");
  return head + "\r\n";
}

void append_stream_body(std::string& out, bool http10, std::string_view blocks) {
  if (!http10) append_chunk_head(out, blocks.size());
  out.append(blocks);
  if (!http10) out.append(chunk_end).append(last_chunk);
}

}  // namespace sidestream
