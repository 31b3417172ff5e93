#include "connectors/embedded/table_writer.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>

#include "connectors/embedded/database_file.hpp"
#include "connectors/embedded/packed_fields.hpp"
#include "sidecar/base/time_text.hpp"

namespace sidestream::embedded {
namespace {

// One step of retention: about a millisecond of work.
constexpr std::int64_t step_records = 1000;
constexpr std::int64_t step_bytes = 4 * 1024 * 1024;
constexpr int step_logs = 200;
constexpr int candidates = 16;  // that largest_log() looks at
constexpr std::size_t cached_logs_max = 10'000;
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
      use_(options),
      once_(connection),
      begin_(connection, "BEGIN IMMEDIATE"),
      end_(connection, "COMMIT"),
      find_(connection, "SELECT id, next, bytes FROM logs WHERE name = ?"),
      first_(connection, "SELECT offset FROM records WHERE log = ? ORDER BY offset LIMIT 1"),
      start_of_new_(connection, start_of_new_log),
      create_(connection, "INSERT INTO logs (name, next) VALUES (?, ?) RETURNING id"),
      insert_(connection,
              "INSERT INTO records (log, offset, time, key, event, value, fields)"
              " VALUES (?, ?, ?, ?, ?, ?, ?)"),
      update_(connection, "UPDATE logs SET next = ?, bytes = ? WHERE id = ?"),
      oldest_(connection,
              "SELECT offset, time,"
              " ?3 + ifnull(length(key), 0) + length(CAST(event AS BLOB)) + length(value) +"
              " ifnull(length(fields), 0) FROM records WHERE log = ?1 ORDER BY offset LIMIT ?2"),
      delete_(connection, "DELETE FROM records WHERE log = ? AND offset <= ?"),
      next_log_(connection, "SELECT id, name FROM logs WHERE id > ? ORDER BY id LIMIT 1"),
      version_(connection, "PRAGMA data_version"),
      test_write_(connection, "UPDATE meta SET value = 1 - value WHERE name = 'writable'"),
      largest_(connection, "SELECT name FROM logs WHERE bytes > 0 ORDER BY bytes DESC, id LIMIT ?"),
      empty_(connection, "SELECT id, name, next FROM logs WHERE bytes = 0 ORDER BY id LIMIT 1"),
      forget_(connection, "DELETE FROM logs WHERE id = ?"),
      raise_start_(connection,
                   "INSERT INTO meta VALUES ('forgotten', ?1) ON CONFLICT (name)"
                   " DO UPDATE SET value = max(CAST(value AS INTEGER), ?1)"),
      used_(connection,
            "SELECT ifnull(sum(bytes + ?1 + 2 * length(CAST(name AS BLOB))), 0),"
            " (SELECT count(*) FROM records) FROM logs") {}

void TableWriter::begin() {
  begin_.run();
  ++commit_;
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
  {
    Rows row = start_of_new_.rows(start_.number());
    row.next();
    state.first = state.next = row.number(0);
  }
  use_.add(SharedUse::log_cost(log), 0);
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
  const auto key = message.key ? std::optional(Blob{*message.key}) : std::nullopt;
  const std::string packed = pack_fields(message.fields);
  insert_.run(state.id, state.next, next_timestamp(), key, std::string_view(message.event),
              Blob{message.value}, Blob{packed});
  const auto size = static_cast<std::int64_t>(message.value.size() + message.event.size() +
                                              packed.size() + (key ? key->bytes.size() : 0)) +
                    use_.record_overhead();
  state.bytes += size;
  use_.add(size, 1);
  if (state.appended++ == 0) touched_.push_back(&state);
  state.commit = commit_;
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
  if (use_.is_limited()) keep_within_shared_limits();
  end_.run();
}

void TableWriter::keep_within_shared_limits() {
  while (use_.exceeds_bytes()) {
    if (!forget_empty_log() && !shrink_largest_log()) return;
  }
  while (use_.exceeds_records()) {
    if (!shrink_largest_log()) return;
  }
}

bool TableWriter::forget_empty_log() {
  std::string name;
  {
    Rows row = empty_.rows();
    if (!row.next()) return false;
    forget_.run(row.number(0));
    raise_start_.run(row.number(2));
    name = row.bytes(1);
  }
  use_.remove(SharedUse::log_cost(name), 0);
  logs_.erase(name);
  return true;
}

// Prefers another log to one whose only record is of this transaction: no reader has seen it yet.
TableWriter::Largest TableWriter::largest_log() {
  std::vector<std::string> names;
  {
    Rows row = largest_.rows(std::int64_t{candidates});
    while (row.next()) names.emplace_back(row.bytes(0));
  }
  Largest largest;
  for (const auto& name : names) {
    auto* log = find(name);
    assert(log != nullptr);
    if (largest.log != nullptr) {
      largest.next = log->bytes;
      break;
    }
    if (log->next - log->first > 1 || log->commit != commit_) largest.log = log;
  }
  if (largest.log == nullptr && !names.empty()) largest.log = find(names.front());
  return largest;
}

// The largest log pays, so one that grows without end harms no other. It shrinks to a little less
// than the next one.
bool TableWriter::shrink_largest_log() {
  const auto [log, next] = largest_log();
  if (log == nullptr) return false;
  const auto enough = log->bytes - (next - next / 16);
  // The newest record goes only in a step of its own.
  const auto most = std::clamp<std::int64_t>(log->next - log->first - 1, 1, step_records);
  std::int64_t last = -1, bytes = 0, records = 0;
  {
    Rows row = oldest_.rows(log->id, most, use_.record_overhead());
    while (bytes <= enough && use_.exceeds_without(bytes, records) && row.next()) {
      last = row.number(0);
      bytes += row.number(2);
      ++records;
    }
  }
  assert(last >= 0);
  delete_through(*log, last, bytes);
  save(*log);
  return true;
}

void TableWriter::rollback() {
  // SQLite has ended some failed transactions by itself.
  if (connection_.in_transaction()) connection_.run("ROLLBACK");
  touched_.clear();
  logs_.clear();
  if (!use_.is_limited()) return;
  Rows row = used_.rows(SharedUse::log_cost({}));
  row.next();
  use_.set(row.number(0), row.number(1));
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
    Rows row = oldest_.rows(log.id, most, use_.record_overhead());
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
  use_.remove(bytes, offset - log.first + 1);
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
  end_.run();
  return pass_complete;
}

void TableWriter::test_write() {
  begin();
  test_write_.run();
  end_.run();
}

}  // namespace sidestream::embedded
