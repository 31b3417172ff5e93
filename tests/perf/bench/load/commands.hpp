#pragma once
// The commands of the load generator on standard input, and their results.
//
// Thread: one; the publisher beside it has its own.

#include <optional>
#include <string>

#include "tests/perf/bench/load/bell.hpp"
#include "tests/perf/bench/load/crowd.hpp"
#include "tests/perf/bench/load/publisher.hpp"

namespace bench {

// Throws std::runtime_error. Numeric IPv4 addresses only.
sockaddr_in parse_address(const std::string& text);

class Commands {
 public:
  explicit Commands(const CrowdOptions& options);
  // Until all are connected, or were refused.
  void connect();
  // Until standard input ends.
  void obey();

 private:
  void run(const std::string& line);
  void publish(const Plan& plan);
  void wait(std::uint32_t events);
  // Until everybody has `events`, or nothing has come for a while. False: then.
  bool gather(std::uint32_t events, const Publisher* publisher);
  void report(bool complete, const Publisher* publisher);

  const CrowdOptions options_;
  Crowd crowd_;
  Bell bell_;
};

}  // namespace bench
