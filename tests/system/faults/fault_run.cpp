#include "tests/system/faults/fault_run.hpp"

#include <algorithm>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "tests/system/faults/broker_faults.hpp"
#include "tests/system/faults/rights.hpp"
#include "tests/system/faults/run_config.hpp"
#include "tests/system/faults/verdict.hpp"

namespace e2e::faults {
namespace {

constexpr auto long_enough = 40s * patience;
// So far must clients have come before another generation begins, that its first records lie below.
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

FaultRun::FaultRun(BrokerEnv& broker, Schedule schedule)
    : broker_(broker),
      schedule_(std::move(schedule)),
      journal_(schedule_.lanes),
      lanes_(schedule_.lanes),
      sidecars_(static_cast<std::size_t>(schedule_.sidecars)),
      access_(schedule_, sidecars_.all(), sidecars_.clocks(), journal_),
      begun_(Clock::now()) {
  broker_.new_log({.lanes = lanes_, .by_link = schedule_.link, .by_post = schedule_.post});
  const auto config = make_config(broker_, schedule_, access_.people().keys().url());
  Clients::Options options{.clients = schedule_.clients, .seed = schedule_.seed};
  options.with_tokens = persons * std::max(1, schedule_.clients / 20);
  options.rights = [this](int i) {
    const Rights::Context context{access_.people(), journal_, sidecars_.clocks(),
                                  sidecars_.thawed()};
    return std::make_unique<Rights>(i % persons, schedule_.seed + static_cast<std::uint64_t>(i),
                                    context);
  };
  options.sidecars = sidecars_.start_all(config);
  broker_.attach(options.sidecars[0]);
  clients_ = std::make_unique<Clients>(options, journal_, sidecars_.process_runs());
  // librdkafka asks for each topic that does not exist for ever; thousands keep it from the others.
  const bool kafka = schedule_.kind.rfind("kafka", 0) == 0;
  attackers_ = std::make_unique<Attackers>(options.sidecars, kafka ? 50 : 1'000'000);
  producer_ =
      std::make_unique<Producer>(broker_, journal_, static_cast<std::size_t>(schedule_.padding));
  asks_ =
      std::make_unique<AskFaults>(schedule_, broker_, options.sidecars, sidecars_.process_runs());
}

FaultRun::~FaultRun() = default;

void FaultRun::wait(bool done, const std::string& what) {
  if (done) return;
  if (!producer_->failure().empty()) throw std::runtime_error("producer: " + producer_->failure());
  throw std::runtime_error(clients_->broken() ? "a rule is broken: " + what
                                              : what + ", but for\n" + clients_->laggards());
}

std::string FaultRun::run() {
  Wrong wrong;
  try {
    wait(clients_->all_open(long_enough), "at first all clients open their streams");
    for (at_step_ = 0; at_step_ < schedule_.steps.size() && !broken(); ++at_step_) {
      began_ms_ += " " + std::to_string(since(begun_));
      perform(schedule_.steps[at_step_]);
    }
    producer_->more(20);
    wait(producer_->wrote_all_but(0, long_enough), "at last all is written");
    wait(clients_->all_have(journal_.generation(), journal_.counts(), long_enough),
         "at last all clients have caught up");
    asks_->settle();
  } catch (const std::exception& error) {
    wrong.push_back("step " + std::to_string(at_step_ + 1) + ": " + error.what());
  }
  if (!wrong.empty()) broker_.restore();
  // Nothing more may come.
  const auto connects = clients_->connects();
  if (wrong.empty()) throughout([&] { return !clients_->broken(); }, 100ms);
  const auto found = check();
  wrong.insert(wrong.end(), found.begin(), found.end());
  const auto counts = journal_.counts();
  std::ostringstream summary;
  summary << schedule_.kind << " seed " << schedule_.seed << ": " << schedule_.steps.size()
          << " steps, " << journal_.generation() + 1 << " generations, "
          << std::accumulate(counts.begin(), counts.end(), std::int64_t{0})
          << " records in the last, " << schedule_.clients << " clients and "
          << clients_->with_tokens() << " with tokens, " << access_.revocations()
          << " revocations, " << connects << " connections, " << attackers_->connections()
          << " of attackers" << asks_->summary() << ", "
          << std::chrono::duration<double>(Clock::now() - begun_).count() << " s";
  summary_ = summary.str();
  return wrong.empty() ? "" : report(wrong);
}

FaultRun::Wrong FaultRun::check() {
  clients_->stop();
  if (broker_.retention() > 0) journal_.may_have_dropped_all_but(broker_.retention());
  const auto histories = clients_->histories();
  const auto each = judge_each(histories, journal_.generations());
  Wrong wrong = asks_->check();
  std::vector<std::size_t> order(each.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // What broke a rule ended the run: others have not caught up since.
  std::ranges::stable_partition(order, [&](std::size_t i) { return !histories[i].broken.empty(); });
  for (const std::size_t i : order) {
    if (each[i].empty()) continue;
    if (trail_.empty()) trail_ = "client " + std::to_string(i) + ":\n" + to_text(histories[i]);
    // One thing often follows from another.
    if (wrong.size() < most_told) wrong.insert(wrong.end(), each[i].begin(), each[i].begin() + 1);
  }
  return wrong;
}

// Each of these knows the faults that are its own.
void FaultRun::perform(const Step& step) {
  sidecars_.perform(step);
  inject(broker_, step);
  on_log(step);
  on_clients(step);
  access_.perform(step, *clients_);
  asks_->perform(step);
  let_flow(step);
}

void FaultRun::on_log(const Step& step) {
  switch (step.fault) {
    case Fault::wipe:
    case Fault::recreate:
      return next_generation(step);
    case Fault::trim:
      if (const auto first_kept = journal_.drop(step.lane, step.percent)) {
        broker_.trim(step.lane, *first_kept);
      }
      return;
    case Fault::refuse:
    case Fault::grant:
      return refuse(step.refusal);
    case Fault::grow:
      producer_->rest();
      broker_.grow(step.lane);
      journal_.grow(step.lane);
      producer_->go_on();
      lanes_ = step.lane;
      return;
    default:
      return;
  }
}

void FaultRun::refuse(Refusal what) {
  if (schedule_.kind != "embedded") {
    return what == Refusal::none ? broker_.grant() : broker_.refuse(what);
  }
  // The embedded log's broker is the sidecar.
  sidecars_.limit_files(0, what == Refusal::files);
}

void FaultRun::on_clients(const Step& step) {
  switch (step.fault) {
    case Fault::cut:
      return clients_->cut(share(step));
    case Fault::abandon:
      return clients_->abandon(share(step));
    case Fault::stall:
      return clients_->stall(share(step));
    case Fault::slow_down:
      return clients_->slow_down(share(step));
    case Fault::read_all:
      return clients_->read_all();
    case Fault::attack:
    case Fault::end_attack:
      return attackers_->change_to(step.attack);
    default:
      return;
  }
}

void FaultRun::let_flow(const Step& step) {
  producer_->more(step.rounds);
  if (step.rounds > 0) {
    wait(producer_->wrote_all_but(step.rounds * step.overlap / 100, long_enough),
         "records are written");
  }
  // The time that a fault lasts; nothing is waited for.
  std::this_thread::sleep_for(Milliseconds(step.pause_ms));
}

void FaultRun::next_generation(const Step& step) {
  // Ids of the old generation must be tellable from those of the new, see Schedule.
  producer_->more(2 * settled);
  wait(producer_->wrote_all_but(0, long_enough), "records are written");
  wait(clients_->all_stand(journal_.generation(), lanes_, {settled, 0}, long_enough),
       "all clients have come so far that the next generation begins below");
  if (step.fault == Fault::wipe) asks_->lose_data();
  clients_->stall(share(step));
  // They come and go all the time, so one could hear of it at a sidecar that is ahead, and come to one
  // that still has the old records.
  access_.people().stay_in(true);
  producer_->rest();
  if (step.sidecar >= 0) sidecars_.kill(step.sidecar);
  journal_.begin_generation(lanes_);
  if (step.fault == Fault::recreate) {
    broker_.recreate(lanes_);
  } else {
    if (schedule_.kind != "embedded") broker_.kill();
    broker_.forget_data(lanes_);
    if (schedule_.kind != "embedded") broker_.start();
  }
  if (step.sidecar >= 0) sidecars_.start(step.sidecar);
  producer_->more(step.head_start);
  producer_->go_on();
  wait(producer_->wrote_all_but(0, long_enough), "records are written");
  clients_->read_all();
  wait(clients_->all_without_tokens_in(journal_.generation(), long_enough),
       "all clients without tokens have heard of the new generation");
  access_.people().stay_in(false);
  wait(clients_->all_in(journal_.generation(), long_enough),
       "all clients have heard of the new generation");
}

std::string FaultRun::report(const Wrong& wrong) const {
  std::string text;
  for (const auto& what : wrong) text += "* " + what + "\n";
  text += "replay: SIDESTREAM_SEED=" + std::to_string(schedule_.seed) +
          " fault_test --gtest_filter=*" + schedule_.kind + "\n" + schedule_.text() +
          "steps began at (ms)" + began_ms_ + ", the end was at " + std::to_string(since(begun_)) +
          "\n" + trail_;
  for (std::size_t i = 0; i < sidecars_.all().size(); ++i) {
    text += "log of sidecar " + std::to_string(i) + ":" + tail_of(sidecars_.log(i)) + "\n";
  }
  for (const auto& log : broker_.logs()) text += "log of a broker:" + tail_of(log) + "\n";
  return text;
}

}  // namespace e2e::faults
