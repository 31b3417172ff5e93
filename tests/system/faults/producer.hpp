#pragma once
// Writes numbered records from a thread of its own, as many as it is told, one of each lane in
// turn.
//
// Thread: the producer's own; all functions are the test's. Errors: failure() says what a broker
// that is up refused.

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

  void more(std::int64_t rounds);  // adds to what is to be written
  // At most `left` rounds are still to be written. False: not in time.
  bool wrote_all_but(std::int64_t left, Clock::duration within);
  // Writes nothing until go_on(); waits for what is on its way.
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
