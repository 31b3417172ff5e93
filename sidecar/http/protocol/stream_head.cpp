#include "sidecar/http/protocol/stream_head.hpp"

#include "sidecar/base/rng.hpp"
#include "sidecar/http/net/chunk.hpp"
#include "sidecar/stream/dialect/control.hpp"

namespace sidestream {

std::string stream_head(const Request& request, const Fields& headers) {
  std::string head = request.http10 ? "HTTP/1.0 200 OK\r\n" : "HTTP/1.1 200 OK\r\n";
  head +=
      "Content-Type: text/event-stream; charset=utf-8\r\n"
      "Cache-Control: no-cache, no-transform\r\n"
      "X-Accel-Buffering: no\r\n";
  if (!request.http10) head += "Transfer-Encoding: chunked\r\n";
  for (const auto& [name, value] : headers)
    head.append(name).append(": ").append(value).append("\r\n");
  return head + "\r\n";
}

std::string refusal(const Request& request, const StreamRequest& stream, std::string_view reason) {
  std::string block;
  append_shutdown(block, reason);
  append_retry(block, random_between(stream.retry.least.count(), stream.retry.most.count()));
  block += "\n";
  if (request.http10) return block;
  std::string chunk;
  append_chunk_head(chunk, block.size());
  return chunk + block + "\r\n0\r\n\r\n";
}

}  // namespace sidestream
