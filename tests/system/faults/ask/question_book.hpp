#pragma once
// What was asked in a run, as far as askers know, and whether the questions' log agrees.
//
// Thread: any.

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/system/faults/ask/worker_link.hpp"

namespace e2e::faults {

class QuestionBook {
 public:
  // Before each POST of a question, and each DELETE.
  void asks(const std::string& name);
  void cancels(const std::string& name);
  // The answers that promise that the record is in the log.
  void asked(const std::string& name, const std::string& location);
  void cancelled(const std::string& name);
  // The broker lost its data: what was promised before is not in the log any more.
  void forget_promises();

  bool was_cancelled(const std::string& name) const;
  // Name and location of each question whose reply must still be there.
  std::vector<std::pair<std::string, std::string>> promised() const;

  struct Counts {
    int questions = 0, posts = 0, cancels = 0;
  };
  Counts counts() const;

  // What is wrong with the records of the log. `once`: the broker promises to append a question
  // once; else at least once.
  std::vector<std::string> judge(const std::vector<QuestionRecord>& log, bool once) const;

 private:
  struct Entry {
    int posts = 0, deletes = 0;
    int cancels_promised = 0;
    bool promised = false;
    std::string location;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // by the question's name
};

}  // namespace e2e::faults
