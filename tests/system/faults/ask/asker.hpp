#pragma once
// One who asks a question and reads the reply to its end, whatever happens: it posts again with the
// same key until a POST is answered with the reply or its location, and resumes on any sidecar.
//
// Thread: one; cut() and cancel(): any. Borrows all of its context.
// Errors: returned by ask(), a sentence each.

#include <atomic>
#include <random>
#include <string>
#include <vector>

#include "tests/system/faults/ask/question_book.hpp"
#include "tests/system/faults/ask/reading.hpp"
#include "tests/system/faults/ask/reply_stream.hpp"
#include "tests/system/faults/process_runs.hpp"

namespace e2e::faults {

class Asker {
 public:
  struct Context {
    const std::vector<Address>& sidecars;
    const ProcessRuns& process_runs;
    const std::string& path;  // where questions are asked
    QuestionBook& book;
    const std::atomic<bool>& stop;  // gives up
  };
  Asker(int index, std::uint64_t seed, Context context);

  // Until the whole reply has been read.
  std::vector<std::string> ask();
  // Reads a reply that has ended once more, from its beginning.
  std::vector<std::string> read_again(const std::string& name, const std::string& location);

  void cut() { cut_ = true; }        // the connection, soon
  void cancel() { cancel_ = true; }  // the question that is open now

  std::int64_t resumes() const { return resumes_; }
  int cancelled() const { return cancelled_; }

 private:
  struct Question {
    std::string name;
    std::string location = {};  // empty: not known yet
  };
  bool chance(unsigned percent) { return random_() % 100 < percent; }
  // Calls `visit` with a sidecar until it is done.
  template <class Visit>
  void insist(const Visit& visit);
  void post(Question& question, std::optional<Reading>& reading, std::size_t sidecar);
  void take_location(Question& question, const Head& head);
  void resume(const Question& question, Reading& reading, std::size_t sidecar);
  void read_to_end(const Question& question, Reading& reading);
  void follow(ReplyStream& stream, const Question& question, Reading& reading, std::size_t sidecar);
  void cancel_now(const Question& question);
  void wrong(const Question& question, const std::string& what);
  void keep(const Reading& reading);

  const int index_;
  const Context context_;
  std::mt19937_64 random_;
  int asked_ = 0;
  std::atomic<bool> cut_{false}, cancel_{false};
  std::atomic<std::int64_t> resumes_{0};
  std::atomic<int> cancelled_{0};
  std::vector<std::string> broken_;
};

}  // namespace e2e::faults
