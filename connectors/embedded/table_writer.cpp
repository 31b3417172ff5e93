#include "connectors/embedded/table_writer.hpp"

#include <algorithm>
#include <chrono>

#include "sidecar/base/time_text.hpp"

namespace sidestream::embedded {
namespace {

// One step of retention: about a millisecond of work.
constexpr std::int64_t step_records = 1000;
constexpr std::int64_t step_bytes = 4 * 1024 * 1024;
constexpr int step_logs = 200;
constexpr std::size_t cached_logs_max = 50'000;
// Of a record in memory, besides its key, event and value.
constexpr std::int64_t record_overhead = 64;
// A clock set back by less than this keeps the last timestamp, so timestamps don't decrease in a
// log.
constexpr std::int64_t clock_slack_ms = 60'000;

std::int64_t limit_of(std::uint64_t option) {
  return option == 0 ? INT64_MAX
                     : static_cast<std::int64_t>(std::min<std::uint64_t>(option, INT64_MAX));
}

}  // namespace

TableWriter::TableWriter(Connection& connection, const EmbeddedOptions& options, Offset start)
    : connection_(connection),
      options_(options),
      start_(start),
      find_(connection, "SELECT id, next, bytes FROM logs WHERE name = ?"),
      first_(connection, "SELECT offset FROM records WHERE log = ? ORDER BY offset LIMIT 1"),
      create_(connection, "INSERT INTO logs (name, next) VALUES (?, ?) RETURNING id"),
      insert_(connection,
              "INSERT INTO records (log, offset, time, key, event, value)"
              " VALUES (?, ?, ?, ?, ?, ?)"),
      update_(connection, "UPDATE logs SET next = ?, bytes = ? WHERE id = ?"),
      oldest_(connection,
              "SELECT offset, time,"
              " ifnull(length(key), 0) + length(CAST(event AS BLOB)) + length(value)"
              " FROM records WHERE log = ? ORDER BY offset LIMIT ?"),
      delete_(connection, "DELETE FROM records WHERE log = ? AND offset <= ?"),
      next_log_(connection, "SELECT id, name FROM logs WHERE id > ? ORDER BY id LIMIT 1"),
      version_(connection, "PRAGMA data_version"),
      test_write_(connection, "UPDATE meta SET value = 1 - value WHERE name = 'writable'"),
      largest_(connection, "SELECT name FROM logs ORDER BY bytes DESC, id LIMIT 1"),
      used_(connection,
            "SELECT ifnull((SELECT sum(bytes) FROM logs), 0) +"
            " ?1 * (SELECT count(*) FROM records)") {}

void TableWriter::begin() {
  connection_.run("BEGIN IMMEDIATE");
  drop_stale_cache();
}

// The cache is stale once another program has written to the file.
void TableWriter::drop_stale_cache() {
  Rows row = version_.rows();
  const auto version = row.next() ? row.number(0) : -1;
  if (version == data_version_ && logs_.size() <= cached_logs_max) return;
  data_version_ = version;
  logs_.clear();
}

TableWriter::LogState* TableWriter::find(const std::string& log) {
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

TableWriter::LogState& TableWriter::find_or_create(const std::string& log) {
  if (auto* known = find(log)) return *known;
  LogState state;
  state.first = state.next = start_.number();
  Rows row = create_.rows(std::string_view(log), state.next);
  row.next();
  state.id = row.number(0);
  row.next();
  return logs_.emplace(log, state).first->second;
}

std::int64_t TableWriter::next_timestamp() {
  const auto now = unix_now_ms();
  if (now > last_timestamp_ || now < last_timestamp_ - clock_slack_ms) last_timestamp_ = now;
  return last_timestamp_;
}

Offset TableWriter::append(const std::string& log, const Message& message) {
  auto& state = find_or_create(log);
  std::optional<Blob> key;
  if (message.key) key = Blob{*message.key};
  insert_.run(state.id, state.next, next_timestamp(), key, std::string_view(message.event),
              Blob{message.value});
  const auto size = message.value.size() + message.event.size() + (key ? key->bytes.size() : 0);
  state.bytes += static_cast<std::int64_t>(size);
  memory_used_ += static_cast<std::int64_t>(size) + record_overhead;
  if (state.appended++ == 0) touched_.push_back(&state);
  state.changed = true;
  return Offset::of(state.next++);
}

void TableWriter::commit() {
  for (auto* log : touched_) {
    // Deletes faster than the log grows, so a log above its limit shrinks to it.
    if (exceeds_limits(*log, log->next - log->first, log->bytes))
      delete_oldest(*log, log->appended * 2 + 16);
    save(*log);
    log->appended = 0;
  }
  touched_.clear();
  if (options_.memory_bytes > 0) keep_within_memory();
  connection_.run("COMMIT");
}

// The largest log pays, so one that grows without end harms no other.
void TableWriter::keep_within_memory() {
  const auto most = static_cast<std::int64_t>(options_.memory_bytes);
  while (memory_used_ > most) {
    std::string name;
    {
      Rows row = largest_.rows();
      if (!row.next()) return;
      name = row.bytes(0);
    }
    auto* log = find(name);
    if (log == nullptr || log->first == log->next) return;
    std::int64_t last = -1, bytes = 0;
    {
      Rows row = oldest_.rows(log->id, step_records);
      while (row.next() && memory_used_ - bytes > most) {
        last = row.number(0);
        bytes += row.number(2) + record_overhead;
      }
    }
    const auto records = last - log->first + 1;
    delete_through(*log, last, bytes - records * record_overhead);
    save(*log);
  }
}

void TableWriter::rollback() {
  // SQLite has ended some failed transactions by itself.
  if (connection_.in_transaction()) connection_.run("ROLLBACK");
  touched_.clear();
  logs_.clear();
  if (options_.memory_bytes == 0) return;
  Rows row = used_.rows(record_overhead);
  memory_used_ = row.next() ? row.number(0) : 0;
}

bool TableWriter::exceeds_limits(const LogState& log, std::int64_t records,
                                 std::int64_t bytes) const {
  return log.first < log.next && records > 1 &&
         (records > limit_of(options_.retention_records) ||
          bytes > limit_of(options_.retention_bytes));
}

bool TableWriter::delete_oldest(LogState& log, std::int64_t most) {
  const auto age = options_.retention_age.count();
  const auto oldest_kept = age == 0 ? INT64_MIN : unix_now_ms() - age;
  std::int64_t deleted = -1, deleted_bytes = 0, left = most;
  bool more = false;
  {
    Rows row = oldest_.rows(log.id, most);
    while (row.next()) {
      const auto offset = row.number(0);
      if (row.number(1) >= oldest_kept &&
          !exceeds_limits(log, log.next - offset, log.bytes - deleted_bytes)) {
        break;
      }
      deleted = offset;
      deleted_bytes += row.number(2);
      more = --left == 0 || deleted_bytes > step_bytes;
      if (more) break;
    }
  }
  if (deleted < 0) return false;
  delete_through(log, deleted, deleted_bytes);
  return more;
}

void TableWriter::delete_through(LogState& log, std::int64_t offset, std::int64_t bytes) {
  delete_.run(log.id, offset);
  memory_used_ -= bytes + (offset - log.first + 1) * record_overhead;
  log.first = offset + 1;
  log.bytes = log.first == log.next ? 0 : log.bytes - bytes;
  log.changed = true;
}

void TableWriter::save(LogState& log) {
  if (log.changed) update_.run(log.next, log.bytes, log.id);
  log.changed = false;
}

bool TableWriter::retention_step() {
  begin();
  bool pass_complete = false;
  for (int i = 0; i < step_logs; ++i) {
    std::string name;
    std::int64_t id = 0;
    {
      Rows row = next_log_.rows(pass_log_);
      if (!row.next()) {
        pass_log_ = 0;
        pass_complete = true;
        break;
      }
      id = row.number(0);
      name = row.bytes(1);
    }
    auto* log = find(name);
    const bool more = log != nullptr && delete_oldest(*log, step_records);
    const bool changed = log != nullptr && log->changed;
    if (log != nullptr) save(*log);
    if (!more) pass_log_ = id;
    if (changed) break;
  }
  connection_.run("COMMIT");
  return pass_complete;
}

void TableWriter::test_write() {
  begin();
  test_write_.run();
  connection_.run("COMMIT");
}

}  // namespace sidestream::embedded
