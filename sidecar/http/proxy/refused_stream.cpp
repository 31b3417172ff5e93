#include "sidecar/http/proxy/refused_stream.hpp"

#include <algorithm>

#include "sidecar/base/rng.hpp"
#include "sidecar/stream/dialect/control.hpp"

namespace sidestream {

std::string refused_stream_blocks(const RefusedStream& stream, const RetrySettings& retry) {
  std::string text;
  append_shutdown(text, "overload");
  append_retry(text, random_between(retry.least.count(), retry.most.count()));
  // Some clients forget their id on a block without one.
  const auto& id = stream.last_event_id;
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!id.empty() && plain) text.append("id: ").append(id).append("\n");
  return text + "\n";
}

}  // namespace sidestream
