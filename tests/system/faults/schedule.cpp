#include "tests/system/faults/schedule.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "tests/system/faults/access_schedule.hpp"
#include "tests/system/faults/ask/ask_schedule.hpp"

namespace e2e::faults {
namespace {

// Walks through the states that brokers, sidecars and clients can be in, so that each step is
// possible when its turn comes.
class Maker {
 public:
  Maker(Schedule& schedule, Means means)
      : out_(schedule),
        means_(means),
        random_(std::accumulate(schedule.kind.begin(), schedule.kind.end(), schedule.seed * 7919)),
        sidecars_(static_cast<std::size_t>(schedule.sidecars), State::up),
        lanes_(schedule.lanes) {}

  void make(int faults) {
    while (faults > 0) faults -= add_one();
    release();
  }

 private:
  enum class State { up, down, frozen };

  bool kafka() const { return out_.kind.rfind("kafka", 0) == 0; }
  bool cluster() const { return out_.kind == "kafkacluster"; }
  bool embedded() const { return out_.kind == "embedded"; }
  std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  bool chance(std::uint32_t percent) { return draw(100) < percent; }

  // One broker of a cluster is never missed for long.
  bool log_works() const { return broker_ == State::up || cluster(); }
  // Whether records can be written now.
  bool flows() const {
    return log_works() && (!by_post() || sidecars_[0] == State::up) && !full_ && !unwritable_;
  }
  bool by_post() const { return embedded() || out_.post; }

  void add(Step step) {
    step.salt = static_cast<std::uint32_t>(random_());
    if (flows()) {
      step.rounds =
          std::max(1, static_cast<int>((20 + draw(chance(25) ? 600 : 150)) * means_.load));
      step.overlap = static_cast<int>(draw(100));
    } else {
      step.pause_ms += static_cast<int>(draw(350));
    }
    out_.steps.push_back(step);
  }

  // One more step; 1 if it is a fault, 0 if it ends one.
  int add_one() {
    if (broker_ != State::up && chance(60)) return end_broker_fault();
    if (full_ && chance(50)) return end(full_, Fault::free_disk);
    if (refused_ && broker_ == State::up && chance(50)) return grant();
    if (attacked_ && chance(35)) return end(attacked_, Fault::end_attack);
    for (std::size_t i = 0; i < sidecars_.size(); ++i) {
      if (sidecars_[i] != State::up && chance(45)) return end_sidecar_fault(i);
    }
    if (silent_ && chance(60)) return end_silence();
    if (held_back_ && chance(20)) return end(held_back_, Fault::read_all);
    if (!attacked_ && chance(15)) return attack();
    if (!refused_ && chance(15)) return refuse();
    const auto choice = draw(100);
    if (choice < 22) return on_sidecar(draw(static_cast<std::uint32_t>(sidecars_.size())));
    if (out_.link && !silent_ && chance(20)) return silence_link();
    if (choice < (cluster() ? 56 : 40)) return on_broker();
    if (choice < (cluster() ? 74 : 66)) return on_log();
    return on_clients();
  }

  int end_broker_fault() {
    const auto fault = broker_ == State::down ? Fault::start_broker : Fault::thaw_broker;
    const bool slow = out_.kind == "redis" && broker_ == State::down && chance(50);
    broker_ = State::up;
    add({.fault = fault, .slow = slow});
    return 0;
  }

  int end(bool& state, Fault fault) {
    state = false;
    add({.fault = fault});
    return 0;
  }

  int attack() {
    attacked_ = true;
    add({.fault = Fault::attack, .attack = static_cast<Attack>(1 + draw(attacks - 1))});
    return 1;
  }

  int refuse() {
    const auto possible = possible_refusals(out_.kind, out_.link, out_.post);
    if (possible.empty() || broker_ != State::up || sidecars_[0] != State::up || full_) return 0;
    const auto what = possible[draw(static_cast<std::uint32_t>(possible.size()))];
    refused_ = true;
    unwritable_ = what == Refusal::writes || what == Refusal::memory || what == Refusal::files;
    Step step{.fault = Fault::refuse, .refusal = what};
    // So long that it is asked for again.
    if (chance(40)) step.pause_ms = static_cast<int>(500 + draw(1500));
    add(step);
    return 1;
  }

  int grant() {
    refused_ = unwritable_ = false;
    add({.fault = Fault::grant});
    return 0;
  }

  int end_sidecar_fault(std::size_t i) {
    const auto fault = sidecars_[i] == State::down ? Fault::start_sidecar : Fault::thaw_sidecar;
    sidecars_[i] = State::up;
    add({.fault = fault, .sidecar = static_cast<int>(i)});
    return 0;
  }

  int on_sidecar(std::size_t i) {
    if (chance(20)) return jump_clock(static_cast<int>(i));
    if (sidecars_[i] != State::up) return 0;
    const auto choice = draw(10);
    const auto fault = choice < 5   ? Fault::kill_sidecar
                       : choice < 7 ? Fault::end_sidecar
                                    : Fault::freeze_sidecar;
    sidecars_[i] = fault == Fault::freeze_sidecar ? State::frozen : State::down;
    add({.fault = fault, .sidecar = static_cast<int>(i)});
    return 1;
  }

  // From minutes to most of a day.
  int jump_clock(int i) {
    const int seconds = (60 << draw(11)) * (chance(50) ? 1 : -1);
    if (!means_.clock_jumps) return 0;
    add({.fault = Fault::jump_clock, .sidecar = i, .seconds = seconds});
    return 1;
  }

  int on_broker() {
    if (embedded()) return on_disk();
    if (cluster() && (broker_ != State::up || chance(40))) return move_leader();
    if (broker_ != State::up) return 0;
    // Each costs seconds.
    if (kafka() && kills_ >= (cluster() ? 2 : 1) && out_.clients < 100) return 0;
    Step step{.fault = Fault::freeze_broker, .lane = any_lane()};
    if (cluster()) step.node = static_cast<int>(draw(4));
    if (chance(50)) {
      broker_ = State::frozen;
      // So long that others take over what it led; or not.
      if (cluster() && chance(60)) step.pause_ms = static_cast<int>(2000 + draw(1500));
    } else if (!kafka() && chance(40)) {
      next_generation(Fault::wipe);
      return 1;
    } else {
      ++kills_;
      broker_ = State::down;
      step.fault = Fault::kill_broker;
    }
    add(step);
    return 1;
  }

  // Some or all connections, in one direction or both. Sometimes for longer than a sidecar waits
  // for an answer, so that it goes on by itself.
  int silence_link() {
    Step step{.fault = Fault::silence_link};
    step.percent = chance(50) ? 100 : 30 + static_cast<int>(draw(40));
    step.ways = 1 + static_cast<int>(draw(3));
    step.pause_ms = static_cast<int>(chance(12) ? 10'500 + draw(3000) : draw(2500));
    silent_ = true;
    add(step);
    return 1;
  }

  int end_silence() {
    silent_ = false;
    add({.fault = chance(50) ? Fault::mend_link : Fault::reset_link});
    return 0;
  }

  int any_lane() { return static_cast<int>(draw(static_cast<std::uint32_t>(lanes_))); }

  int move_leader() {
    add({.fault = Fault::move_leader, .lane = any_lane()});
    return 1;
  }

  int on_disk() {
    if (full_ || sidecars_[0] != State::up) return 0;
    if (!means_.disk_fills || chance(40)) {
      next_generation(Fault::wipe);
    } else {
      full_ = true;
      add({.fault = Fault::fill_disk});
    }
    return 1;
  }

  int on_log() {
    if (embedded() || !log_works()) return 0;
    if (kafka() && !out_.post && lanes_ < 6 && broker_ == State::up && chance(25)) {
      lanes_ += 1 + static_cast<int>(draw(2));
      add({.fault = Fault::grow, .lane = lanes_});
    } else if (chance(35)) {
      next_generation(Fault::recreate);
    } else {
      add({.fault = Fault::trim, .percent = static_cast<int>(20 + draw(80)), .lane = any_lane()});
    }
    return 1;
  }

  // All clients must be able to hear of it, or an id of the old generation looks like one of the
  // new.
  void next_generation(Fault fault) {
    release();
    Step step{.fault = fault, .percent = chance(50) ? 25 : 0};
    step.head_start = chance(50) ? 0 : static_cast<int>(draw(5));
    if (embedded()) {
      step.sidecar = 0;
    } else if (chance(50)) {
      step.sidecar = static_cast<int>(draw(static_cast<std::uint32_t>(sidecars_.size())));
    }
    add(step);
  }

  int on_clients() {
    const int percent = 10 + static_cast<int>(draw(60));
    const auto choice = draw(10);
    if (choice < 3) {
      add({.fault = Fault::cut, .percent = percent});
    } else if (choice < 4) {
      add({.fault = Fault::cut, .percent = 100});
    } else if (choice < 6) {
      add({.fault = Fault::abandon, .percent = percent / 2});
    } else {
      held_back_ = true;
      add({.fault = choice < 8 ? Fault::stall : Fault::slow_down, .percent = percent});
    }
    return 1;
  }

  // Everything works again, and everybody reads.
  void release() {
    if (broker_ != State::up) end_broker_fault();
    if (full_) end(full_, Fault::free_disk);
    if (refused_) grant();
    if (attacked_) end(attacked_, Fault::end_attack);
    for (std::size_t i = 0; i < sidecars_.size(); ++i) {
      if (sidecars_[i] != State::up) end_sidecar_fault(i);
    }
    if (silent_) end_silence();
    if (held_back_) end(held_back_, Fault::read_all);
  }

  Schedule& out_;
  const Means means_;
  std::mt19937_64 random_;
  std::vector<State> sidecars_;
  State broker_ = State::up;
  bool full_ = false, held_back_ = false, silent_ = false, attacked_ = false;
  bool refused_ = false, unwritable_ = false;  // unwritable: what is refused is needed to write
  int lanes_;
  int kills_ = 0;
};

}  // namespace

Schedule make_schedule(const std::string& kind, std::uint64_t seed, Means means) {
  const bool large = seed % 10 == 0;
  std::mt19937_64 random(seed);
  Schedule schedule;
  schedule.kind = kind;
  schedule.seed = seed;
  schedule.clients = std::max(10, static_cast<int>((large ? 300 : 40) * means.load));
  schedule.sidecars = kind == "embedded" ? 1 : 2;
  schedule.lanes = kind == "kafka3" || kind == "kafkacluster" ? 3 : 1;
  schedule.padding = static_cast<int>(20 + random() % 500);
  schedule.topic_log = random() % 3 == 0 ? "1MiB" : "32KiB";
  schedule.link = (kind == "redis" || kind == "kafka1" || kind == "kafka3") && seed % 2 == 0;
  schedule.post = (kind == "redis" && seed % 4 == 1) || (kind == "kafka1" && seed % 8 == 5);
  Maker(schedule, means).make(large ? 24 : 8);
  schedule.workers = workers_of(kind);
  add_access_steps(schedule);
  add_ask_steps(schedule);
  return schedule;
}

}  // namespace e2e::faults
