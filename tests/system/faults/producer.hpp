#pragma once
// Writes a given number of numbered records from a thread of its own, one of each lane in turn.
//
// Thread: all functions on the test's. Errors: failure() is the error of a broker that is up.

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "tests/system/faults/broker_env.hpp"
#include "tests/system/faults/journal.hpp"

namespace e2e::faults {

class Producer {
 public:
  Producer(BrokerEnv& broker, Journal& journal, std::size_t padding);
  ~Producer();

  void more(std::int64_t rounds);  // adds rounds to write
  // Waits until at most `left` rounds remain. False: timeout.
  bool wrote_all_but(std::int64_t left, Clock::duration within);
  // Writes nothing until go_on(); waits for writes in flight.
  void rest();
  void go_on();
  std::string failure() const;

 private:
  void run();

  BrokerEnv& broker_;
  Journal& journal_;
  const std::size_t padding_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t left_ = 0;
  bool resting_ = false, writing_ = false, stop_ = false;
  std::string failure_;
  std::thread thread_;
};

}  // namespace e2e::faults
