#pragma once
// The log line of each publish that was passed to a connector: acknowledged ones are sampled by
// access_log, failed ones are not. Both have a limited rate.
//
// Thread: any.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "sidecar/base/logger.hpp"
#include "sidecar/http/client/client.hpp"
#include "sidecar/http/limits/line_pace.hpp"

namespace sidestream {

class PublishLog {
 public:
  using Clock = std::chrono::steady_clock;

  struct Line {
    std::string_view topic;
    std::string_view path;  // of the topic
    std::string_view log;
    std::size_t bytes = 0;       // of the value
    unsigned status = 0;         // of the answer
    std::string_view reason;     // why it failed; empty: it was acknowledged
    std::string_view subject{};  // of the person, as log lines may show it; empty: nobody is known
  };

  explicit PublishLog(Logger log) : log_(std::move(log)) {}

  // `access_log`: every n-th acknowledged publish has a line; 0: none.
  void write(const Line& line, const Client& client, std::uint32_t access_log,
             Clock::time_point now = Clock::now());

 private:
  const Logger log_;
  std::atomic<std::uint64_t> acknowledged_{0};
  LinePace acknowledged_pace_;
  LinePace failed_pace_;
};

}  // namespace sidestream
