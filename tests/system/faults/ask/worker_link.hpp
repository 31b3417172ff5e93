#pragma once
// How workers of a run use one kind of broker.
//
// Thread: one. Errors: std::runtime_error where the broker is away or refuses; the link is of no use
// any more.

#include <memory>
#include <optional>
#include <string>

namespace e2e::faults {

// One record of the questions' log.
struct QuestionRecord {
  std::string entry;  // names it to the broker
  std::string event;  // "ask" or "cancel"
  std::string request;
  std::string reply_to;
  std::string body;
};

class WorkerLink {
 public:
  virtual ~WorkerLink() = default;

  // The next question or cancel for this worker: a new one, or one whose worker gave no sign of
  // life for a while.
  virtual std::optional<QuestionRecord> take() = 0;

  struct Written {
    int pieces = 0;  // with the end
    bool ended = false;
  };
  // What the reply has already.
  virtual Written written(const QuestionRecord& question) = 0;
  // False: another worker has written that piece.
  virtual bool write(const QuestionRecord& question, int number, const std::string& event,
                     const std::string& data) = 0;
  virtual void sign_of_life(const QuestionRecord& /*question*/) {}

  virtual void note_cancel(const QuestionRecord& cancel) = 0;
  virtual bool is_cancelled(const QuestionRecord& question) = 0;
  // Nobody is given it again.
  virtual void finish(const QuestionRecord& record) = 0;
};

}  // namespace e2e::faults
