#include "sidecar/stream/ask/newest_questions.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/stream/ask/asked.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto read_back = 24h;
constexpr int attempts_most = 3;  // a log may be trimmed or recreated while it is read

Timestamp now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

void NewestQuestions::find(std::string place, Found found) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(place), std::move(found)});
    if (std::exchange(reading_, true)) return;
    served_ = std::exchange(waiting_, {});
    attempts_ = 0;
  }
  query();
}

void NewestQuestions::query() {
  connector_->extent(
      log_, [self = shared_from_this()](Result<LogExtent> extent) { self->take_extent(extent); });
}

void NewestQuestions::take_extent(const Result<LogExtent>& extent) {
  if (!extent && extent.error() == Errc::no_such_log) return finish({});
  if (!extent) return finish(extent.error());
  if (!extent->unknown.empty()) return finish(make_error_code(Errc::unavailable));
  bool known = false;
  {
    const std::lock_guard lock(mutex_);
    end_.clear();
    for (const Extent& partition : extent->partitions) end_.push_back(partition.last);
    known = is_known(*extent);
  }
  if (known) return read_on();
  connector_->locate(log_, now() - read_back, [self = shared_from_this()](Result<Position> start) {
    self->take_start(std::move(start));
  });
}

// Whether the log goes on where the last reading has ended.
bool NewestQuestions::is_known(const LogExtent& extent) const {
  if (reached_.size() != extent.partitions.size()) return false;
  for (std::size_t i = 0; i < reached_.size(); ++i) {
    const Offset at = reached_[i];
    if (at < extent.partitions[i].floor || at > extent.partitions[i].last) return false;
    if (at < extent.origin.previous()) return false;
  }
  return true;
}

void NewestQuestions::take_start(Result<Position> start) {
  if (!start) return finish(start.error());
  {
    const std::lock_guard lock(mutex_);
    young_.clear();
    old_.clear();
    reached_ = std::move(*start);
    reached_.resize(end_.size(), Offset{});
  }
  read_on();
}

// Reads the first partition that has more.
void NewestQuestions::read_on() {
  Range range;
  {
    const std::lock_guard lock(mutex_);
    std::size_t i = 0;
    while (i < end_.size() && reached_[i] >= end_[i]) ++i;
    if (i < end_.size()) {
      range.log = log_;
      range.partition = static_cast<Partition>(i);
      range.after = reached_[i];
      range.until = end_[i];
    }
  }
  if (range.log.empty()) return finish({});
  const auto self = shared_from_this();
  const Partition partition = range.partition;
  connector_->read(
      std::move(range), [self](std::span<const Record> records) { self->take_records(records); },
      [self, partition](Result<Offset> through) { self->took(partition, through); });
}

void NewestQuestions::take_records(std::span<const Record> records) {
  const std::lock_guard lock(mutex_);
  for (const Record& record : records) note(record);
}

void NewestQuestions::note(const Record& record) {
  auto asked = parse_asked(record, event_header_);
  if (!asked) return;
  const auto known = young_.find(asked->place);
  // Partitions are read one after the other, so an older question may come later.
  if (known != young_.end() && known->second.time > record.timestamp) return;
  if (young_.size() >= places_half) old_ = std::exchange(young_, {});
  young_.insert_or_assign(std::move(asked->place),
                          Entry{std::move(asked->request), record.timestamp});
}

void NewestQuestions::took(Partition partition, const Result<Offset>& through) {
  if (!through && through.error() == Errc::gone) return start_again();
  if (!through) return finish(through.error());
  {
    const std::lock_guard lock(mutex_);
    reached_[static_cast<std::size_t>(partition)] = *through;
  }
  read_on();
}

void NewestQuestions::start_again() {
  bool again = false;
  {
    const std::lock_guard lock(mutex_);
    reached_.clear();
    again = ++attempts_ < attempts_most;
  }
  if (again) return query();
  finish(make_error_code(Errc::unavailable));
}

void NewestQuestions::finish(const boost::system::error_code& error) {
  std::vector<std::pair<Found, std::string>> answers;
  bool more = false;
  {
    const std::lock_guard lock(mutex_);
    const Timestamp at = now();
    for (Waiting& one : served_)
      answers.emplace_back(std::move(one.found), error ? std::string() : newest(one.place, at));
    served_ = std::exchange(waiting_, {});
    attempts_ = 0;
    more = reading_ = !served_.empty();
  }
  for (const auto& [found, request] : answers) {
    if (error)
      found(error);
    else
      found(request);
  }
  if (more) query();
}

std::string NewestQuestions::newest(const std::string& place, Timestamp at) const {
  for (const Entries* entries : {&young_, &old_}) {
    const auto found = entries->find(place);
    if (found == entries->end()) continue;
    return at - found->second.time < read_back ? found->second.request : std::string();
  }
  return {};
}

}  // namespace sidestream
