#include "tests/system/faults/drill.hpp"

#include <signal.h>

#include <algorithm>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "tests/system/faults/verdict.hpp"

namespace e2e::faults {
namespace {

constexpr auto long_enough = 40s * patience;
// So far must clients have come before another life begins, that its first records lie below.
constexpr std::int64_t settled = 10;
constexpr std::size_t log_lines = 40;
constexpr std::size_t most_told = 12;

std::string tail_of(const std::string& text) {
  std::size_t at = text.size(), lines = 0;
  while (at > 0 && lines <= log_lines) lines += text[--at] == '\n';
  return text.substr(at);
}

std::int64_t since(Clock::time_point begun) {
  return std::chrono::duration_cast<Milliseconds>(Clock::now() - begun).count();
}

}  // namespace

Drill::Drill(Ground& ground, Schedule schedule)
    : ground_(ground),
      schedule_(std::move(schedule)),
      journal_(schedule_.lanes),
      lanes_(schedule_.lanes),
      logs_(static_cast<std::size_t>(schedule_.sidecars)),
      begun_(Clock::now()) {
  ground_.new_log(lanes_);
  const Config config{.server = {"heartbeat: 300ms", "drain: 300ms"},
                      .connectors = {"broker: " + ground_.connector(schedule_.link)},
                      .topics = {"t: { from: broker, " + ground_.topic_keys() +
                                 ", on_reset: earliest, log: " + schedule_.topic_log + " }"}};
  Fleet::Options options{.clients = schedule_.clients, .seed = schedule_.seed};
  for (int i = 0; i < schedule_.sidecars; ++i) {
    sidecars_.push_back(std::make_unique<Sidecar>(config, clocks_.emplace_back().environment()));
    options.sidecars.push_back(sidecars_.back()->streams());
  }
  ground_.attach(options.sidecars[0]);
  fleet_ = std::make_unique<Fleet>(options, journal_);
  producer_ =
      std::make_unique<Producer>(ground_, journal_, static_cast<std::size_t>(schedule_.padding));
}

Drill::~Drill() = default;

void Drill::wait(bool done, const std::string& what) {
  if (done) return;
  if (!producer_->failure().empty()) throw std::runtime_error("producer: " + producer_->failure());
  throw std::runtime_error(fleet_->broken() ? "a rule is broken: " + what
                                            : what + ", but for\n" + fleet_->laggards());
}

std::string Drill::run() {
  Wrong wrong;
  try {
    wait(fleet_->all_open(long_enough), "at first all clients open their streams");
    for (at_step_ = 0; at_step_ < schedule_.steps.size() && !fleet_->broken(); ++at_step_) {
      began_ms_ += " " + std::to_string(since(begun_));
      perform(schedule_.steps[at_step_]);
    }
    producer_->more(20);
    wait(producer_->wrote_all_but(0, long_enough), "at last all is written");
    wait(fleet_->all_have(journal_.life(), journal_.counts(), long_enough),
         "at last all clients have caught up");
  } catch (const std::exception& error) {
    wrong.push_back("step " + std::to_string(at_step_ + 1) + ": " + error.what());
  }
  if (!wrong.empty()) ground_.restore();
  // Nothing more may come.
  const auto connects = fleet_->connects();
  if (wrong.empty()) throughout([&] { return !fleet_->broken(); }, 100ms);
  const auto found = check();
  wrong.insert(wrong.end(), found.begin(), found.end());
  const auto counts = journal_.counts();
  std::ostringstream summary;
  summary << schedule_.kind << " seed " << schedule_.seed << ": " << schedule_.steps.size()
          << " steps, " << journal_.life() + 1 << " lives, "
          << std::accumulate(counts.begin(), counts.end(), std::int64_t{0})
          << " records in the last, " << schedule_.clients << " clients, " << connects
          << " connections, " << std::chrono::duration<double>(Clock::now() - begun_).count()
          << " s";
  summary_ = summary.str();
  return wrong.empty() ? "" : report(wrong);
}

Drill::Wrong Drill::check() {
  fleet_->stop();
  if (ground_.retention() > 0) journal_.may_have_dropped_all_but(ground_.retention());
  const auto histories = fleet_->histories();
  const auto each = judge_each(histories, journal_.lives());
  Wrong wrong;
  for (std::size_t i = 0; i < each.size(); ++i) {
    if (each[i].empty()) continue;
    if (wrong.empty()) trail_ = "client " + std::to_string(i) + ":\n" + to_text(histories[i]);
    // One thing often follows from another.
    if (wrong.size() < most_told) wrong.insert(wrong.end(), each[i].begin(), each[i].begin() + 1);
  }
  return wrong;
}

void Drill::kill(int sidecar) {
  auto& process = *sidecars_[static_cast<std::size_t>(sidecar)];
  process.kill();
  logs_[static_cast<std::size_t>(sidecar)] += process.log() + "-- killed\n";
}

void Drill::start(int sidecar) { sidecars_[static_cast<std::size_t>(sidecar)]->start(); }

void Drill::end(int sidecar) {
  auto& process = *sidecars_[static_cast<std::size_t>(sidecar)];
  const auto status = process.terminate(20s * patience);
  logs_[static_cast<std::size_t>(sidecar)] += process.log() + "-- ended\n";
  if (status != 0) throw std::runtime_error("a sidecar does not end as it should");
}

// Each of these knows the faults that are its own.
void Drill::perform(const Step& step) {
  on_sidecar(step);
  on_broker(step);
  on_log(step);
  on_clients(step);
  let_flow(step);
}

void Drill::on_sidecar(const Step& step) {
  const auto i = static_cast<std::size_t>(std::max(step.sidecar, 0));
  switch (step.fault) {
    case Fault::kill_sidecar:
      return kill(step.sidecar);
    case Fault::end_sidecar:
      return end(step.sidecar);
    case Fault::start_sidecar:
      return start(step.sidecar);
    case Fault::freeze_sidecar:
      return sidecars_[i]->process().signal(SIGSTOP);
    case Fault::thaw_sidecar:
      return sidecars_[i]->process().signal(SIGCONT);
    case Fault::jump_clock:
      return clocks_[i].jump(step.seconds);
    default:
      return;
  }
}

void Drill::on_broker(const Step& step) {
  switch (step.fault) {
    case Fault::kill_broker:
      ground_.aim(step.node, step.lane);
      return ground_.kill();
    case Fault::start_broker:
      return ground_.start();
    case Fault::freeze_broker:
      ground_.aim(step.node, step.lane);
      return ground_.freeze();
    case Fault::thaw_broker:
      return ground_.thaw();
    case Fault::move_leader:
      return ground_.move_leader(step.lane);
    case Fault::silence_link:
      return ground_.link().silence(step.ways, step.percent, step.salt);
    case Fault::mend_link:
      return ground_.link().go_on();
    case Fault::reset_link:
      return ground_.link().reset();
    case Fault::fill_disk:
      return ground_.fill_disk();
    case Fault::free_disk:
      return ground_.free_disk();
    default:
      return;
  }
}

void Drill::on_log(const Step& step) {
  switch (step.fault) {
    case Fault::wipe:
    case Fault::recreate:
      return another_life(step);
    case Fault::trim:
      if (const auto first_kept = journal_.drop(step.lane, step.percent)) {
        ground_.trim(step.lane, *first_kept);
      }
      return;
    case Fault::grow:
      producer_->rest();
      ground_.grow(step.lane);
      journal_.grow(step.lane);
      producer_->go_on();
      lanes_ = step.lane;
      return;
    default:
      return;
  }
}

void Drill::on_clients(const Step& step) {
  switch (step.fault) {
    case Fault::cut:
      return fleet_->cut(share(step));
    case Fault::abandon:
      return fleet_->abandon(share(step));
    case Fault::stall:
      return fleet_->stall(share(step));
    case Fault::slow_down:
      return fleet_->slow_down(share(step));
    case Fault::read_all:
      return fleet_->read_all();
    default:
      return;
  }
}

void Drill::let_flow(const Step& step) {
  producer_->more(step.rounds);
  if (step.rounds > 0) {
    wait(producer_->wrote_all_but(step.rounds * step.overlap / 100, long_enough),
         "records are written");
  }
  // The time that a fault lasts; nothing is waited for.
  std::this_thread::sleep_for(Milliseconds(step.pause_ms));
}

void Drill::another_life(const Step& step) {
  // Ids of the old life must be tellable from those of the new, see Schedule.
  producer_->more(2 * settled);
  wait(producer_->wrote_all_but(0, long_enough), "records are written");
  wait(fleet_->all_stand(journal_.life(), lanes_, {settled, 0}, long_enough),
       "all clients have come so far that the next life begins below");
  fleet_->stall(share(step));
  producer_->rest();
  if (step.sidecar >= 0) kill(step.sidecar);
  journal_.begin_life(lanes_);
  if (step.fault == Fault::recreate) {
    ground_.recreate(lanes_);
  } else {
    if (schedule_.kind != "embedded") ground_.kill();
    ground_.forget_data(lanes_);
    if (schedule_.kind != "embedded") ground_.start();
  }
  if (step.sidecar >= 0) start(step.sidecar);
  producer_->more(step.head_start);
  producer_->go_on();
  wait(producer_->wrote_all_but(0, long_enough), "records are written");
  fleet_->read_all();
  wait(fleet_->all_in(journal_.life(), long_enough), "all clients have heard of the new life");
}

std::string Drill::report(const Wrong& wrong) const {
  std::string text;
  for (const auto& what : wrong) text += "* " + what + "\n";
  text += "replay: SIDESTREAM_SEED=" + std::to_string(schedule_.seed) +
          " fault_test --gtest_filter=*" + schedule_.kind + "\n" + schedule_.text() +
          "steps began at (ms)" + began_ms_ + ", the end was at " + std::to_string(since(begun_)) +
          "\n" + trail_;
  for (std::size_t i = 0; i < sidecars_.size(); ++i) {
    text += "log of sidecar " + std::to_string(i) + ":" + tail_of(logs_[i] + sidecars_[i]->log()) +
            "\n";
  }
  for (const auto& log : ground_.logs()) text += "log of a broker:" + tail_of(log) + "\n";
  return text;
}

}  // namespace e2e::faults
