#pragma once
// What one event loop sees of a log. All readers of that log on the loop share it.
//
// Thread: the loop.

#include <utility>

#include "sidecar/stream/open_log.hpp"

namespace sidestream {

struct LoopView {
  explicit LoopView(OpenLog& open_log) : log(open_log) {}

  OpenLog& log;
  LogView view;
  // The head of the view before this one: the place of readers that had read everything.
  std::uint64_t previous_head = 0;
  Position previous_position;

  // Takes a new view. Before the next one is taken, each reader must have noticed whether it has
  // lagged, or have saved its position.
  void refresh() {
    previous_head = view.head;
    previous_position = std::move(view.head_position);
    log.topic_log().view(view);
  }
};

}  // namespace sidestream
