#pragma once
// How answers of the broker reach a stream's event loop.

#include <cstddef>
#include <cstdint>

#include "sidecar/stream/replay/page.hpp"
#include "sidecar/stream/start/start.hpp"

namespace sidestream {

// Thread: any. `stream` names the stream, `part` one of its logs.
class Postbox {
 public:
  virtual ~Postbox() = default;
  virtual void post_plan(std::uint64_t stream, std::size_t part, StartPlan plan) = 0;
  virtual void post_page(std::uint64_t stream, std::size_t part, Result<PagePtr> page) = 0;
};

// Where one stream gets its answers.
struct ReplyAddress {
  Postbox* postbox = nullptr;
  std::uint64_t stream = 0;
};

}  // namespace sidestream
