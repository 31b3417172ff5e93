#pragma once
// Several askers, each on a thread of its own, who share the questions that a schedule wants.
//
// Thread: the test's. Errors: broken() and failures().

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/system/faults/ask/asker.hpp"
#include "tests/system/faults/clients.hpp"

namespace e2e::faults {

class Askers {
 public:
  struct Options {
    int askers = 6;
    std::uint64_t seed = 1;
    std::vector<Address> sidecars;
    std::string path;
  };
  Askers(Options options, const ProcessRuns& process_runs);
  ~Askers();

  void more(int questions);
  void cut(Clients::Share share);
  void cancel(Clients::Share share);
  // Waits until all replies have been read. False: no other one was read in that time, or something
  // is broken.
  bool have_all(Clock::duration within);
  // Reads all replies once more, after have_all().
  void read_again();

  bool broken() const { return broken_; }
  std::vector<std::string> failures() const;
  // What is asked now, and what nobody has asked yet.
  std::string text() const;
  QuestionBook& book() { return book_; }
  std::int64_t resumes() const;
  int cancelled() const;

 private:
  void run(Asker& asker);
  void add(const std::vector<std::string>& failures);

  const Options options_;
  QuestionBook book_;
  std::deque<Asker> askers_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int wanted_ = 0, open_ = 0, read_ = 0;  // questions
  std::vector<std::string> failures_;
  std::atomic<bool> broken_{false}, stop_{false};
  std::vector<std::thread> threads_;
};

}  // namespace e2e::faults
