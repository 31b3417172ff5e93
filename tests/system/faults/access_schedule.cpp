#include "tests/system/faults/access_schedule.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "tests/system/faults/journal.hpp"

namespace e2e::faults {
namespace {

class AccessMaker {
 public:
  explicit AccessMaker(Schedule& schedule)
      : out_(schedule),
        random_(schedule.seed * 104729 + schedule.kind.size()),
        sidecars_(static_cast<std::size_t>(schedule.sidecars), State::up) {}

  void make() {
    std::vector<Step> before = std::move(out_.steps);
    out_.steps.clear();
    for (const Step& step : before) {
      // Clients must be able to come by all their rights to hear of another generation.
      if (step.fault == Fault::wipe || step.fault == Fault::recreate) return_keys();
      out_.steps.push_back(step);
      follow(step);
      if (chance(40)) add_one();
    }
    return_keys();
  }

 private:
  enum class State { up, down, frozen };

  std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  bool chance(std::uint32_t percent) { return draw(100) < percent; }

  // What the step leaves behind.
  void follow(const Step& step) {
    const auto i = static_cast<std::size_t>(std::max(step.sidecar, 0));
    switch (step.fault) {
      case Fault::kill_sidecar:
      case Fault::end_sidecar:
        sidecars_[i] = State::down;
        break;
      case Fault::freeze_sidecar:
        sidecars_[i] = State::frozen;
        break;
      case Fault::start_sidecar:
      case Fault::thaw_sidecar:
        sidecars_[i] = State::up;
        break;
      case Fault::kill_broker:
      case Fault::freeze_broker:
      case Fault::silence_link:
      case Fault::fill_disk:
      case Fault::refuse:
        ++unfit_;
        break;
      case Fault::start_broker:
      case Fault::thaw_broker:
      case Fault::mend_link:
      case Fault::reset_link:
      case Fault::free_disk:
      case Fault::grant:
        --unfit_;
        break;
      default:
        break;
    }
  }

  void add_one() {
    Step step;
    step.pause_ms = static_cast<int>(draw(chance(30) ? 2000 : 400));
    const auto choice = draw(10);
    if (choice < 6) return revoke(step);
    if (choice < 8) step.fault = Fault::rotate_keys;
    if (choice >= 8) {
      step.fault = keys_away_ ? Fault::return_keys : Fault::lose_keys;
      keys_away_ = !keys_away_;
    }
    out_.steps.push_back(step);
  }

  void revoke(Step step) {
    std::vector<int> up;
    for (std::size_t i = 0; i < sidecars_.size(); ++i) {
      if (sidecars_[i] == State::frozen) return;
      if (sidecars_[i] == State::up) up.push_back(static_cast<int>(i));
    }
    if (up.empty() || unfit_ > 0) return;
    step.fault = Fault::revoke;
    step.sidecar = up[draw(static_cast<std::uint32_t>(up.size()))];
    step.person = static_cast<int>(draw(persons));
    step.rounds = out_.post || out_.kind == "embedded" ? 0 : static_cast<int>(10 + draw(60));
    out_.steps.push_back(step);
  }

  void return_keys() {
    if (!std::exchange(keys_away_, false)) return;
    out_.steps.push_back({.fault = Fault::return_keys});
  }

  Schedule& out_;
  std::mt19937_64 random_;
  std::vector<State> sidecars_;
  int unfit_ = 0;  // faults of the broker, which must be able to take and give a revocation
  bool keys_away_ = false;
};

}  // namespace

void add_access_steps(Schedule& schedule) { AccessMaker(schedule).make(); }

}  // namespace e2e::faults
