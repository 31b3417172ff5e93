#include "tests/system/faults/ask/workers.hpp"

namespace e2e::faults {

Workers::Workers(int count, Worker::MakeLink make_link) : make_link_(std::move(make_link)) {
  for (int i = 0; i < count; ++i) workers_.push_back(make());
}

std::unique_ptr<Worker> Workers::make() {
  return std::make_unique<Worker>("worker" + std::to_string(++made_), make_link_);
}

void Workers::kill(int worker) {
  auto& place = workers_.at(static_cast<std::size_t>(worker));
  place->die();
  dead_.push_back(std::move(place));
  ++deaths_;
}

void Workers::start(int worker) { workers_.at(static_cast<std::size_t>(worker)) = make(); }

void Workers::freeze(int worker, bool frozen) {
  workers_.at(static_cast<std::size_t>(worker))->freeze(frozen);
}

void Workers::end() {
  taken_over_ = taken_over();
  for (auto& worker : workers_)
    if (worker) worker->die();
  workers_.clear();
  dead_.clear();
}

int Workers::taken_over() const {
  int sum = taken_over_;
  for (const auto* group : {&workers_, &dead_})
    for (const auto& worker : *group)
      if (worker) sum += worker->taken_over();
  return sum;
}

}  // namespace e2e::faults
