#include "tests/system/faults/ask/worker.hpp"

#include <stdexcept>

#include "tests/support/harness/wait.hpp"
#include "tests/system/faults/ask/pieces.hpp"

namespace e2e::faults {
namespace {

struct Died {};

constexpr int idle_ms = 10, broken_ms = 30;
constexpr int sign_each = 5;  // pieces

// Some answers are fast, so that several pieces come at once.
int pace_ms(const std::string& question) { return words_of(question) % 3 == 0 ? 1 : 15; }

}  // namespace

Worker::Worker(std::string name, MakeLink make_link)
    : name_(std::move(name)), make_link_(std::move(make_link)), thread_([this] { run(); }) {}

Worker::~Worker() {
  die();
  thread_.join();
}

// Between any two commands.
void Worker::live() const {
  while (frozen_ && !dead_) std::this_thread::sleep_for(2ms);
  if (dead_) throw Died{};
}

void Worker::rest(int milliseconds) const {
  std::this_thread::sleep_for(Milliseconds(milliseconds));
  live();
}

void Worker::run() {
  try {
    for (;;) {
      try {
        const auto link = make_link_(name_);
        for (;;) serve(*link);
      } catch (const std::runtime_error&) {
        // The broker is away. What was under way is given to somebody again.
        rest(broken_ms);
      }
    }
  } catch (const Died&) {
  }
}

void Worker::serve(WorkerLink& link) {
  live();
  const auto record = link.take();
  if (!record) return rest(idle_ms);
  live();
  if (record->event == "cancel") {
    link.note_cancel(*record);
  } else {
    answer(link, *record);
  }
  live();
  link.finish(*record);
}

void Worker::answer(WorkerLink& link, const QuestionRecord& question) {
  const auto name = name_in(question.body);
  auto at = link.written(question);
  taken_over_ += at.pieces > 0 && !at.ended;
  while (!at.ended) {
    live();
    std::string event = at.pieces == words_of(name) ? "done" : "word";
    if (link.is_cancelled(question)) event = "cancelled";
    const int said = is_end(event) ? at.pieces : at.pieces + 1;
    live();
    if (link.write(question, at.pieces + 1, event, to_text({name, said}))) {
      at = {at.pieces + 1, is_end(event)};
    } else {
      live();
      at = link.written(question);
    }
    if (at.pieces % sign_each == 0) link.sign_of_life(question);
    rest(pace_ms(name));
  }
}

}  // namespace e2e::faults
