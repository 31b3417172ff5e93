#include "tests/system/faults/access_faults.hpp"

#include <algorithm>
#include <stdexcept>

namespace e2e::faults {
namespace {

constexpr std::int64_t kafka_ahead_most = 3000;
constexpr auto long_enough = 40s * patience;
constexpr auto promised = 1s + 1s * patience;  // 1 s, and the slack of a busy machine

bool clocks_jump(const Schedule& schedule) {
  return std::ranges::any_of(schedule.steps,
                             [](const Step& step) { return step.fault == Fault::jump_clock; });
}

}  // namespace

AccessFaults::AccessFaults(const Schedule& schedule,
                           const std::vector<std::unique_ptr<Sidecar>>& sidecars,
                           const std::deque<WallClock>& clocks, const Journal& journal)
    : sidecars_(sidecars),
      clocks_(clocks),
      journal_(journal),
      kafka_(schedule.kind.starts_with("kafka")),
      people_(clocks_jump(schedule)) {}

void AccessFaults::perform(const Step& step, Clients& clients) {
  switch (step.fault) {
    case Fault::revoke:
      return revoke(step, clients);
    case Fault::rotate_keys:
      return people_.keys().rotate();
    case Fault::lose_keys:
      return people_.keys().leave();
    case Fault::return_keys:
      return people_.keys().come_back();
    default:
      return;
  }
}

void AccessFaults::revoke(const Step& step, Clients& clients) {
  int writer = step.sidecar;
  for (int i = 0; !can_write(writer) && i < static_cast<int>(sidecars_.size()); ++i) writer = i;
  if (!can_write(writer)) return;
  // One that means nobody shows that each sidecar reads the log again, after earlier faults.
  const auto before = read();
  write(writer, R"({"sub":"nobody"})");
  const auto all_read = [&] {
    const auto now = read();
    return std::ranges::equal(before, now, [](double a, double b) { return b > a; });
  };
  if (!eventually(all_read, long_enough, 20ms))
    throw std::runtime_error("a sidecar does not read the log of revocations");
  const int session = people_.newest_session(step.person);
  write(writer, people_.revoke(step.person));
  people_.revoked(step.person, Clock::now(), journal_.generation());
  ++revocations_;
  if (!clients.none_reads(step.person, session, promised) && !clients.broken())
    throw std::runtime_error("streams of a revoked person stay open, of\n" + clients.laggards());
}

bool AccessFaults::can_write(int sidecar) const {
  const auto i = static_cast<std::size_t>(sidecar);
  // Kafka refuses records of more than an hour ahead.
  return sidecars_[i]->process().running() &&
         (!kafka_ || clocks_[i].ahead_seconds() < kafka_ahead_most);
}

void AccessFaults::write(int sidecar, const std::string& record) {
  const auto& address = sidecars_[static_cast<std::size_t>(sidecar)]->admin();
  std::string last;
  const auto written = [&] {
    try {
      const Response response = post(address, "/access/revoke", record);
      last = response.raw + response.body;
      return response.status == 201;
    } catch (const WireError& error) {
      last = error.what();
      return false;
    }
  };
  if (!eventually(written, long_enough, 50ms))
    throw std::runtime_error("a revocation is not taken: " + last);
}

std::vector<double> AccessFaults::read() const {
  std::vector<double> counts;
  for (const auto& sidecar : sidecars_) {
    if (!sidecar->process().running()) continue;
    counts.push_back(sidecar->metrics().sum("sidestream_access_revocations_total"));
  }
  return counts;
}

}  // namespace e2e::faults
