#pragma once
// Remembers the records that are appended once (Message::once). Kafka can't: this memory is that of
// the process, so another process appends the record again.
//
// Thread: any.

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "connectors/connector.hpp"

namespace sidestream::kafka {

class OnceMemory {
 public:
  using Clock = std::chrono::steady_clock;

  // The answer for a message that is not appended again; nothing: it is to be appended.
  std::optional<PublishResult> find(const Message::Once& once, Clock::time_point now);
  // Also forgets those that are over, and the oldest beyond a number.
  void add(const Message::Once& once, const Published& published, Clock::time_point now);

 private:
  static constexpr std::size_t names_max = 100'000;

  struct Known {
    std::string content;
    Published published;
    Clock::time_point until;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
  std::deque<std::string> order_;  // of the names, the oldest first
};

}  // namespace sidestream::kafka
