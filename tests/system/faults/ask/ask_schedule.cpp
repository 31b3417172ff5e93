#include "tests/system/faults/ask/ask_schedule.hpp"

#include <random>
#include <utility>

namespace e2e::faults {
namespace {

class AskMaker {
 public:
  explicit AskMaker(Schedule& schedule)
      : out_(schedule),
        random_(schedule.seed * 15485863 + schedule.kind.size()),
        workers_(static_cast<std::size_t>(schedule.workers), State::up) {}

  void make() {
    std::vector<Step> before = std::move(out_.steps);
    out_.steps.clear();
    add({.fault = Fault::ask, .questions = 6});
    for (const Step& step : before) {
      // What the broker is about to lose must be answered and read.
      if (step.fault == Fault::wipe || step.fault == Fault::recreate) return_workers();
      out_.steps.push_back(step);
      if (chance(60)) add({.fault = Fault::ask, .questions = static_cast<int>(1 + draw(8))});
      if (chance(50)) on_worker();
      if (chance(25)) add({.fault = Fault::cancel, .percent = static_cast<int>(20 + draw(60))});
    }
    return_workers();
  }

 private:
  enum class State { up, down, frozen };

  std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  bool chance(std::uint32_t percent) { return draw(100) < percent; }

  void add(Step step) {
    step.salt = static_cast<std::uint32_t>(random_());
    step.pause_ms = static_cast<int>(draw(chance(20) ? 600 : 100));
    out_.steps.push_back(step);
  }

  // One that is frozen for long is taken over, and goes on when it thaws.
  void on_worker() {
    const auto i = draw(static_cast<std::uint32_t>(workers_.size()));
    if (workers_[i] != State::up) return end(i);
    const bool dies = chance(60);
    workers_[i] = dies ? State::down : State::frozen;
    add({.fault = dies ? Fault::kill_worker : Fault::freeze_worker, .worker = static_cast<int>(i)});
  }

  void end(std::size_t i) {
    const auto was = std::exchange(workers_[i], State::up);
    add({.fault = was == State::down ? Fault::start_worker : Fault::thaw_worker,
         .worker = static_cast<int>(i)});
  }

  void return_workers() {
    for (std::size_t i = 0; i < workers_.size(); ++i)
      if (workers_[i] != State::up) end(i);
  }

  Schedule& out_;
  std::mt19937_64 random_;
  std::vector<State> workers_;
};

}  // namespace

int workers_of(const std::string& kind) { return kind == "redis" ? 3 : 0; }

void add_ask_steps(Schedule& schedule) {
  if (schedule.workers > 0) AskMaker(schedule).make();
}

}  // namespace e2e::faults
