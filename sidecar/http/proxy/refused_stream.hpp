#pragma once
// The response to an EventSource whose app cannot be reached: any status but 200 would end it for
// good, so it gets an event stream that consists of a reconnect delay. Pure except for the random
// delay.
//
// Thread: any.

#include <string>

#include "sidecar/settings/settings.hpp"

namespace sidestream {

struct RefusedStream {
  std::string last_event_id;  // of the request
  // The page is of another origin. Only the app knows whether it may read the stream, so the
  // connection closes without a response.
  bool cross_origin = false;
};

std::string refused_stream_blocks(const RefusedStream& stream, const RetrySettings& retry);

}  // namespace sidestream
