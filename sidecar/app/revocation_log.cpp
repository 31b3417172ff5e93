#include "sidecar/app/revocation_log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sidecar/base/rng.hpp"
#include "sidecar/base/time_text.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto read_back = 24h;
constexpr auto retry_first = 500ms;
constexpr auto retry_most = 10'000ms;
constexpr LinePace::Rate invalid_rate{1200ms, 6s};

std::chrono::sys_seconds recorded_at(const Record& record) {
  if (record.timestamp == Timestamp()) {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  return std::chrono::floor<std::chrono::seconds>(record.timestamp);
}

}  // namespace

RevocationLog::RevocationLog(boost::asio::io_context& io, std::shared_ptr<Connector> connector,
                             std::string log, std::shared_ptr<RevocationTable> table,
                             AccessProbe& probe, Told told, Logger logger)
    : connector_(std::move(connector)),
      log_(std::move(log)),
      table_(std::move(table)),
      probe_(probe),
      told_(std::move(told)),
      logger_(std::move(logger)),
      timer_(io),
      backoff_(retry_first, retry_most) {}

void RevocationLog::start() {
  probe_.revocation_log.begin(unix_now_ms(), "it is not read yet");
  ask_extent();
}

void RevocationLog::stop() {
  std::unique_ptr<Tail> tail;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    timer_.cancel();
    tail = std::move(tail_);
  }
}

void RevocationLog::ask_extent() {
  connector_->extent(
      log_, [self = shared_from_this()](Result<LogExtent> extent) { self->take_extent(extent); });
}

void RevocationLog::take_extent(const Result<LogExtent>& extent) {
  if (!extent) return try_again(extent.error().message());
  if (!extent->unknown.empty()) return try_again("a partition has no leader");
  bool opened = false;
  {
    const std::lock_guard lock(mutex_);
    end_.clear();
    for (const Extent& partition : extent->partitions) end_.push_back(partition.last);
    opened = opened_;
  }
  if (opened) return finish_or_ask_again();
  const auto since =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now() - read_back);
  connector_->locate(log_, since, [self = shared_from_this()](Result<Position> start) {
    self->take_start(start);
  });
}

void RevocationLog::take_start(const Result<Position>& start) {
  if (!start) return try_again(start.error().message());
  open(*start);
}

// The broker may have answered with the end of the generation before, which is never reached.
void RevocationLog::finish_or_ask_again() {
  finish_if_complete();
  bool catching_up = false;
  {
    const std::lock_guard lock(mutex_);
    catching_up = catching_up_;
  }
  if (catching_up) ask_again_later();
}

void RevocationLog::try_again(std::string reason) {
  probe_.revocation_log.begin(unix_now_ms(), std::move(reason));
  ask_again_later();
}

void RevocationLog::ask_again_later() {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  timer_.expires_after(backoff_.next(rng()));
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error) self->ask_extent();
  });
}

// The tail may deliver before tail() returns, so it is not called under the lock.
void RevocationLog::open(Position from) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    reached_ = from;
    opened_ = true;
  }
  finish_if_complete();
  auto tail = connector_->tail(log_, std::move(from), *this);
  const std::lock_guard lock(mutex_);
  if (!stopped_) tail_ = std::move(tail);
}

void RevocationLog::deliver(std::span<const Record> records) noexcept {
  for (const Record& record : records) {
    advance(record.partition, record.offset);
    if (!record.value) continue;
    auto revocation = parse_revocation(*record.value, recorded_at(record));
    if (!revocation) {
      probe_.revocations_invalid.add();
      warn_of_invalid(record.partition);
      continue;
    }
    probe_.revocations.add();
    if (table_->add(*revocation)) probe_.revocations_dropped.add();
    told_(*revocation);
  }
  finish_if_complete();
}

void RevocationLog::pass(Partition partition, Offset through) noexcept {
  advance(partition, through);
  finish_if_complete();
}

void RevocationLog::lose(const Loss& loss) noexcept {
  advance(loss.partition, loss.resumed.previous());
  const std::string reason = "records were removed before they were read";
  probe_.revocation_log.begin(unix_now_ms(), reason);
  logger_.warn("access", "revocations may be lost; those that were read stay in force",
               {{"log", log_}, {"reason", reason}});
  finish_if_complete();
}

void RevocationLog::reset(std::string_view reason, const Position& position) noexcept {
  probe_.revocation_log.begin(unix_now_ms(),
                              std::string(reason) + "; it is read from its beginning");
  logger_.warn("access", "the log of revocations was recreated; it is read from its beginning",
               {{"log", log_}, {"reason", reason}});
  {
    const std::lock_guard lock(mutex_);
    reached_ = position;
    end_.clear();
    catching_up_ = true;
  }
  ask_extent();
}

void RevocationLog::grow(int) noexcept {}

void RevocationLog::advance(Partition partition, Offset offset) {
  const std::lock_guard lock(mutex_);
  const auto index = static_cast<std::size_t>(partition);
  if (index < reached_.size()) reached_[index] = std::max(reached_[index], offset);
}

void RevocationLog::finish_if_complete() {
  {
    const std::lock_guard lock(mutex_);
    if (!catching_up_ || end_.empty()) return;
    for (std::size_t i = 0; i < end_.size(); ++i)
      if (i < reached_.size() && reached_[i] < end_[i]) return;
    catching_up_ = false;
  }
  probe_.revocation_log.end();
  if (table_->is_complete()) return;
  table_->set_complete();
  logger_.info("access", "the log of revocations is read",
               {{"log", log_}, {"revocations", table_->size()}});
}

void RevocationLog::warn_of_invalid(Partition partition) {
  const auto left_out = invalid_pace_.admit(invalid_rate, LinePace::Clock::now());
  if (!left_out) return;
  logger_.warn("access", "a record of the log of revocations is not one",
               {{"log", log_}, {"partition", partition}, {"left_out", *left_out}});
}

}  // namespace sidestream
