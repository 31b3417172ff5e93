#pragma once
// What one event loop sees of a log. All readers of that log on the loop share it.
//
// Thread: the loop.

#include <utility>

#include "sidecar/stream/log/topic_log.hpp"

namespace sidestream {

struct LoopView {
  LogView view;
  // The head of the view before this one: the place of readers that had read everything.
  std::uint64_t previous_head = 0;
  Position previous_position;

  // Takes a new view. Before the next one is taken, each reader must have noticed whether it has
  // lagged, or have saved its position.
  void refresh(const TopicLog& log) {
    previous_head = view.head;
    previous_position = std::move(view.head_position);
    log.view(view);
  }
};

}  // namespace sidestream
