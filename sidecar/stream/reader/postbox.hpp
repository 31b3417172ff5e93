#pragma once
// How answers of the broker reach a subscription's event loop.

#include <cstddef>
#include <cstdint>

#include "sidecar/stream/replay/replay.hpp"
#include "sidecar/stream/start/start.hpp"

namespace sidestream {

// Thread: any. `stream` names the subscription, `part` one of its logs.
class Postbox {
 public:
  virtual ~Postbox() = default;
  virtual void post_plan(std::uint64_t stream, std::size_t part, StartPlan plan) = 0;
  virtual void post_page(std::uint64_t stream, std::size_t part, Result<PagePtr> page) = 0;
};

// Where one subscription gets its answers.
struct ReplyAddress {
  Postbox* postbox = nullptr;
  std::uint64_t stream = 0;
};

}  // namespace sidestream
