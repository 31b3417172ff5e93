#pragma once
// Remembers for a minute which record of a log was the newest, and whether the log had ended with
// it. So a client that ignores a 204 and asks again costs a look-up in memory.
//
// Publishing forgets what is known of the log, also what is being asked of the broker then.
//
// Bounded: when it is full, everything is forgotten, and the broker is asked again.
//
// Thread: any.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "connectors/record.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

// The end of a log as the broker holds it.
struct LogEnd {
  Offset last;                   // the newest offset
  std::optional<Offset> newest;  // of the newest record; absent: there is none
  bool ended = false;            // that record ends the log
};

class EndedLogs {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds lifetime{60};

  explicit EndedLogs(std::size_t most = 10'000) : most_(most) {}

  // Take it before the broker is asked.
  using Ticket = std::uint64_t;
  Ticket ticket(const Topic& topic, const std::string& log) const {
    return forgotten_[place_of(topic.connector, log)].load(std::memory_order_acquire);
  }
  // Does nothing if the log was forgotten since the ticket was taken.
  void remember(const std::shared_ptr<Topic>& topic, const std::string& log, const LogEnd& end,
                Ticket ticket, Clock::time_point now = Clock::now());
  std::optional<LogEnd> find(const std::shared_ptr<Topic>& topic, const std::string& log,
                             Clock::time_point now = Clock::now()) const;
  // For all topics that read the log.
  void forget(const Topic& topic, const std::string& log) {
    forgotten_[place_of(topic.connector, log)].fetch_add(1, std::memory_order_acq_rel);
  }

 private:
  static constexpr std::size_t places = 4096;
  static std::size_t place_of(const Connector& connector, const std::string& log);

  struct Key {
    const Topic* topic;
    std::string log;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::string>()(key.log) ^ std::hash<const Topic*>()(key.topic);
    }
  };
  struct Entry {
    std::weak_ptr<Topic> topic;  // another topic may come to lie at the same address
    LogEnd end;
    Ticket ticket;
    Clock::time_point until;
  };
  void make_room(Clock::time_point now);

  const std::size_t most_;
  // How often logs were forgotten, by hash: a collision costs one more question to the broker.
  std::array<std::atomic<Ticket>, places> forgotten_{};
  mutable std::mutex mutex_;  // guards the following
  std::unordered_map<Key, Entry, KeyHash> entries_;
};

}  // namespace sidestream
