#pragma once
// Which of the cluster's brokers can be reached. A bootstrap server may answer although the address
// that a broker advertises is wrong: then metadata arrives, but no record.
//
// librdkafka reports failed connections as text and successful ones not at all, so any response of a
// broker counts as success, except those of the handshake.
//
// Thread: any.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sidestream::kafka {

class BrokerLinks {
 public:
  using Clock = std::chrono::steady_clock;

  // A broker that fails for less than this is not reported: it may be back at once.
  static constexpr std::chrono::milliseconds grace{1500};
  // A broker that has not responded for so long fails, although no connection failed.
  static constexpr std::chrono::seconds silence_limit{5};

  struct Change {
    std::string broker;  // "1 at kafka.example:9092"
    std::string reason;  // empty: reachable again
  };

  // The brokers of the latest metadata, as "host:port" by id. Forgets all others.
  void keep(const std::map<std::int32_t, std::string>& brokers);
  // An error text of librdkafka: "host:port/id: reason". Ignores other texts.
  void failed(std::string_view text, Clock::time_point now = Clock::now());
  // A response has come. Costs an atomic load while all brokers are known to be reachable.
  void answered(std::int32_t id);

  // Brokers that fail, or that have not answered yet. The caller sends each a request.
  std::vector<std::int32_t> doubtful(Clock::time_point now = Clock::now());
  // Why the broker is unreachable; empty: it is not, as far as is known.
  std::string trouble(std::int32_t id, Clock::time_point now = Clock::now()) const;
  // No broker can be reached. False while the metadata is unknown.
  bool none_reachable(Clock::time_point now = Clock::now()) const;
  // The unreachable brokers and their reasons, as one sentence. Empty: none.
  std::string text(Clock::time_point now = Clock::now()) const;
  // What has changed since the last call, for the log.
  std::vector<Change> changes(Clock::time_point now = Clock::now());

 private:
  struct Link {
    std::string address;
    bool answered = false;
    Clock::time_point asked{};  // the first time since the last response
    std::string reason;         // of the failure; empty: none since the last response
    Clock::time_point since{};
    std::string since_text;
    bool told = false;  // reported by changes()

    void fail(std::string_view why, Clock::time_point now);
    bool fails(Clock::time_point now) const { return !reason.empty() && now - since >= grace; }
  };
  static std::string name_of(std::int32_t id, const Link& link);
  void update_doubt();  // under mutex_

  std::atomic<bool> doubt_{true};  // whether answered() has anything to note
  mutable std::mutex mutex_;       // guards what follows
  std::map<std::int32_t, Link> links_;
};

}  // namespace sidestream::kafka
