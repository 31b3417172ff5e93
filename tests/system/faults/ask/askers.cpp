#include "tests/system/faults/ask/askers.hpp"

namespace e2e::faults {

Askers::Askers(Options options, const ProcessRuns& process_runs) : options_(std::move(options)) {
  const Asker::Context context{options_.sidecars, process_runs, options_.path, book_, stop_};
  for (int i = 0; i < options_.askers; ++i) askers_.emplace_back(i, options_.seed, context);
  for (auto& asker : askers_) threads_.emplace_back([this, &asker] { run(asker); });
}

Askers::~Askers() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  for (auto& thread : threads_) thread.join();
}

void Askers::run(Asker& asker) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || wanted_ > 0; });
    if (stop_) return;
    --wanted_;
    ++open_;
    lock.unlock();
    const auto failures = asker.ask();
    add(failures);
    lock.lock();
    --open_;
    ++read_;
    changed_.notify_all();
  }
}

void Askers::add(const std::vector<std::string>& failures) {
  const std::lock_guard lock(mutex_);
  failures_.insert(failures_.end(), failures.begin(), failures.end());
  if (!failures_.empty()) broken_ = true;
}

void Askers::more(int questions) {
  const std::lock_guard lock(mutex_);
  wanted_ += questions;
  changed_.notify_all();
}

void Askers::cut(Clients::Share share) {
  for (std::size_t i = 0; i < askers_.size(); ++i)
    if (share.holds(static_cast<int>(i))) askers_[i].cut();
}

void Askers::cancel(Clients::Share share) {
  for (std::size_t i = 0; i < askers_.size(); ++i)
    if (share.holds(static_cast<int>(i))) askers_[i].cancel();
}

bool Askers::have_all(Clock::duration within) {
  std::unique_lock lock(mutex_);
  const auto all = [this] { return wanted_ == 0 && open_ == 0; };
  for (int before = -1; !broken_ && !all() && before != read_;) {
    before = read_;
    changed_.wait_for(lock, within, [&] { return broken_ || all() || read_ != before; });
  }
  return !broken_ && all();
}

void Askers::read_again() {
  for (const auto& [name, location] : book_.promised()) {
    const auto failures = askers_.front().read_again(name, location);
    add(failures);
    if (broken_) return;
  }
}

std::vector<std::string> Askers::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

std::string Askers::text() const {
  const std::lock_guard lock(mutex_);
  return std::to_string(open_) + " questions are open, " + std::to_string(wanted_) +
         " are not asked yet";
}

std::int64_t Askers::resumes() const {
  std::int64_t sum = 0;
  for (const auto& asker : askers_) sum += asker.resumes();
  return sum;
}

int Askers::cancelled() const {
  int sum = 0;
  for (const auto& asker : askers_) sum += asker.cancelled();
  return sum;
}

}  // namespace e2e::faults
