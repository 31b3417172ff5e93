#include "connectors/embedded/log_writer.hpp"

#include <algorithm>
#include <chrono>

#include "sidecar/base/time_text.hpp"

namespace sidestream::embedded {
namespace {

// Of one step of retention: about a millisecond of work.
constexpr std::int64_t step_records = 1000;
constexpr std::int64_t step_bytes = 4 * 1024 * 1024;
constexpr int step_logs = 200;
constexpr std::size_t remembered_logs_max = 50'000;
// A clock that is set back by less keeps its newest time, so that times don't fall within a log.
constexpr std::int64_t clock_slack_ms = 60'000;

std::int64_t limit_of(std::uint64_t option) {
  return option == 0 ? INT64_MAX
                     : static_cast<std::int64_t>(std::min<std::uint64_t>(option, INT64_MAX));
}

}  // namespace

LogWriter::LogWriter(Connection& connection, const EmbeddedOptions& options, Offset start)
    : connection_(connection),
      options_(options),
      start_(start),
      find_(connection, "SELECT id, next, bytes FROM logs WHERE name = ?"),
      first_(connection, "SELECT offset FROM records WHERE log = ? ORDER BY offset LIMIT 1"),
      make_(connection, "INSERT INTO logs (name, next) VALUES (?, ?) RETURNING id"),
      insert_(connection,
              "INSERT INTO records (log, offset, time, key, event, value)"
              " VALUES (?, ?, ?, ?, ?, ?)"),
      update_(connection, "UPDATE logs SET next = ?, bytes = ? WHERE id = ?"),
      oldest_(connection,
              "SELECT offset, time,"
              " ifnull(length(key), 0) + length(CAST(event AS BLOB)) + length(value)"
              " FROM records WHERE log = ? ORDER BY offset LIMIT ?"),
      drop_(connection, "DELETE FROM records WHERE log = ? AND offset <= ?"),
      next_log_(connection, "SELECT id, name FROM logs WHERE id > ? ORDER BY id LIMIT 1"),
      version_(connection, "PRAGMA data_version"),
      prove_(connection, "UPDATE meta SET value = 1 - value WHERE name = 'writable'") {}

void LogWriter::begin() {
  connection_.run("BEGIN IMMEDIATE");
  forget_if_others_wrote();
}

void LogWriter::forget_if_others_wrote() {
  Rows row = version_.rows();
  const auto version = row.next() ? row.number(0) : -1;
  if (version == data_version_ && logs_.size() <= remembered_logs_max) return;
  data_version_ = version;
  logs_.clear();
}

LogWriter::LogState* LogWriter::find(const std::string& log) {
  if (const auto known = logs_.find(log); known != logs_.end()) return &known->second;
  LogState state;
  {
    Rows row = find_.rows(std::string_view(log));
    if (!row.next()) return nullptr;
    state.id = row.number(0);
    state.first = state.next = row.number(1);
    state.bytes = row.number(2);
  }
  Rows row = first_.rows(state.id);
  if (row.next()) state.first = row.number(0);
  return &logs_.emplace(log, state).first->second;
}

LogWriter::LogState& LogWriter::find_or_make(const std::string& log) {
  if (auto* known = find(log)) return *known;
  LogState state;
  state.first = state.next = start_.number();
  Rows row = make_.rows(std::string_view(log), state.next);
  row.next();
  state.id = row.number(0);
  row.next();
  return logs_.emplace(log, state).first->second;
}

std::int64_t LogWriter::stamp() {
  const auto now = unix_now_ms();
  if (now > last_stamp_ || now < last_stamp_ - clock_slack_ms) last_stamp_ = now;
  return last_stamp_;
}

Offset LogWriter::append(const std::string& log, const Message& message) {
  auto& state = find_or_make(log);
  std::optional<Blob> key;
  if (message.key) key = Blob{*message.key};
  insert_.run(state.id, state.next, stamp(), key, std::string_view(message.event),
              Blob{message.value});
  const auto size = message.value.size() + message.event.size() + (key ? key->bytes.size() : 0);
  state.bytes += static_cast<std::int64_t>(size);
  if (state.appended++ == 0) touched_.push_back(&state);
  state.changed = true;
  return Offset::of(state.next++);
}

void LogWriter::commit() {
  for (auto* log : touched_) {
    // Faster than it is filled, so that a log that is over its limit comes down.
    if (excessive(*log, log->next - log->first, log->bytes)) retire(*log, log->appended * 2 + 16);
    save(*log);
    log->appended = 0;
  }
  touched_.clear();
  connection_.run("COMMIT");
}

void LogWriter::rollback() {
  // SQLite has ended some failed transactions by itself.
  if (connection_.in_transaction()) connection_.run("ROLLBACK");
  touched_.clear();
  logs_.clear();
}

bool LogWriter::excessive(const LogState& log, std::int64_t records, std::int64_t bytes) const {
  return log.first < log.next && records > 1 &&
         (records > limit_of(options_.retention_records) ||
          bytes > limit_of(options_.retention_bytes));
}

bool LogWriter::retire(LogState& log, std::int64_t most) {
  const auto age = options_.retention_age.count();
  const auto oldest_kept = age == 0 ? INT64_MIN : unix_now_ms() - age;
  std::int64_t dropped = -1, dropped_bytes = 0, left = most;
  bool more = false;
  {
    Rows row = oldest_.rows(log.id, most);
    while (row.next()) {
      const auto offset = row.number(0);
      if (row.number(1) >= oldest_kept &&
          !excessive(log, log.next - offset, log.bytes - dropped_bytes)) {
        break;
      }
      dropped = offset;
      dropped_bytes += row.number(2);
      more = --left == 0 || dropped_bytes > step_bytes;
      if (more) break;
    }
  }
  if (dropped < 0) return false;
  drop_.run(log.id, dropped);
  log.first = dropped + 1;
  log.bytes = log.first == log.next ? 0 : log.bytes - dropped_bytes;
  log.changed = true;
  return more;
}

void LogWriter::save(LogState& log) {
  if (log.changed) update_.run(log.next, log.bytes, log.id);
  log.changed = false;
}

bool LogWriter::retire_step() {
  begin();
  bool whole_round = false;
  for (int i = 0; i < step_logs; ++i) {
    std::string name;
    std::int64_t id = 0;
    {
      Rows row = next_log_.rows(round_);
      if (!row.next()) {
        round_ = 0;
        whole_round = true;
        break;
      }
      id = row.number(0);
      name = row.bytes(1);
    }
    auto* log = find(name);
    const bool more = log != nullptr && retire(*log, step_records);
    const bool worked = log != nullptr && log->changed;
    if (log != nullptr) save(*log);
    if (!more) round_ = id;
    if (worked) break;
  }
  connection_.run("COMMIT");
  return whole_round;
}

void LogWriter::prove_writable() {
  begin();
  prove_.run();
  connection_.run("COMMIT");
}

}  // namespace sidestream::embedded
