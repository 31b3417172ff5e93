#include "tests/system/faults/ask/ask_faults.hpp"

#include <stdexcept>

namespace e2e::faults {
namespace {

constexpr auto long_enough = 60s * patience;

}  // namespace

AskFaults::AskFaults(const Schedule& schedule, BrokerEnv& broker,
                     const std::vector<Address>& sidecars, const ProcessRuns& process_runs)
    : broker_(broker), once_(!schedule.kind.starts_with("kafka")) {
  if (schedule.workers == 0) return;
  workers_ = std::make_unique<Workers>(
      schedule.workers, [&broker](const std::string& name) { return broker.worker_link(name); });
  const Askers::Options options{
      .seed = schedule.seed, .sidecars = sidecars, .path = broker.ask_path()};
  askers_ = std::make_unique<Askers>(options, process_runs);
}

void AskFaults::perform(const Step& step) {
  if (!askers_) return;
  switch (step.fault) {
    case Fault::ask:
      return askers_->more(step.questions);
    case Fault::cancel:
      return askers_->cancel({step.percent, step.salt});
    case Fault::cut:
      return askers_->cut({step.percent, step.salt});
    case Fault::kill_worker:
      return workers_->kill(step.worker);
    case Fault::start_worker:
      return workers_->start(step.worker);
    case Fault::freeze_worker:
    case Fault::thaw_worker:
      return workers_->freeze(step.worker, step.fault == Fault::freeze_worker);
    default:
      return;
  }
}

void AskFaults::settle() {
  if (!askers_ || askers_->have_all(long_enough)) return;
  if (askers_->broken()) throw std::runtime_error("a reply is not as it must be");
  throw std::runtime_error("not all questions are answered: " + askers_->text());
}

void AskFaults::lose_data() {
  if (!askers_) return;
  settle();
  askers_->book().forget_promises();
}

std::vector<std::string> AskFaults::check() {
  if (!askers_) return {};
  if (!askers_->broken() && askers_->have_all(0s)) {
    workers_->end();
    askers_->read_again();
  }
  auto wrong = askers_->failures();
  if (!wrong.empty()) return wrong;
  return askers_->book().judge(broker_.questions(), once_);
}

std::string AskFaults::summary() const {
  if (!askers_) return "";
  const auto counts = askers_->book().counts();
  return ", " + std::to_string(counts.questions) + " questions by " + std::to_string(counts.posts) +
         " POSTs, " + std::to_string(askers_->resumes()) + " resumes, " +
         std::to_string(counts.cancels) + " cancels of which " +
         std::to_string(askers_->cancelled()) + " ended a reply, " +
         std::to_string(workers_->deaths()) + " deaths of workers, " +
         std::to_string(workers_->taken_over()) + " replies taken over";
}

}  // namespace e2e::faults
