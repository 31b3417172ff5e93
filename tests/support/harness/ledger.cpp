#include "tests/support/harness/ledger.hpp"

namespace e2e {

Ledger::Ledger(int partitions, std::int64_t first)
    : next_(static_cast<std::size_t>(partitions), first), first_(first) {}

void Ledger::record(const Event& event) {
  const auto what = parse_numbered(event.data);
  if (!what) throw WireError("not one of our records: " + event.data.substr(0, 200));
  auto& next = next_.at(static_cast<std::size_t>(what->lane));
  if (what->number != next) {
    throw WireError("lane " + std::to_string(what->lane) + ": record " +
                    std::to_string(what->number) + " instead of " + std::to_string(next) +
                    ", at id " + event.id.value_or("(none)"));
  }
  ++next;
  if (!event.id) throw WireError("a record without an id");
  check_id(what->lane, *event.id);
}

void Ledger::check_id(int partition, const std::string& id) {
  const auto now = offsets_of(id, static_cast<int>(next_.size()));
  if (now.size() != next_.size()) throw WireError("an id of another form: " + id);
  if (!offsets_.empty()) {
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i].empty() || offset_less(now[i], offsets_[i])) {
        throw WireError("partition " + std::to_string(i) + " goes back in id " + id);
      }
      const bool advanced = offset_less(offsets_[i], now[i]);
      if (advanced != (static_cast<int>(i) == partition)) {
        throw WireError("id " + id + " moves partition " + std::to_string(i) + " from " +
                        offsets_[i] + " after a record of " + std::to_string(partition));
      }
    }
  }
  offsets_ = now;
}

void Ledger::read(EventStream& stream, const std::vector<std::int64_t>& until,
                  Clock::duration within) {
  const Deadline deadline(within);
  std::int64_t left = 0;
  for (const auto number : until) left += number;
  for (const auto number : next_) left -= number;
  for (; left > 0; --left) {
    try {
      record(stream.record(Milliseconds(deadline.left_ms())));
    } catch (const WireError& error) {
      throw WireError(std::string(error.what()) + " (" + std::to_string(left) +
                      " records are missing)");
    }
  }
  if (next_ != until) throw WireError("the lanes do not end where they should");
}

std::int64_t Ledger::seen() const {
  std::int64_t sum = 0;
  for (const auto number : next_) sum += number - first_;
  return sum;
}

}  // namespace e2e
