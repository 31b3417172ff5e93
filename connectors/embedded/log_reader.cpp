#include "connectors/embedded/log_reader.hpp"

#include <algorithm>
#include <limits>

namespace sidestream::embedded {

LogReader::LogReader(Connection& connection, Offset start)
    : connection_(connection),
      start_(start),
      find_(connection, "SELECT id, next FROM logs WHERE name = ?"),
      first_(connection, "SELECT offset FROM records WHERE log = ? ORDER BY offset LIMIT 1"),
      records_(connection,
               "SELECT offset, time, key, event, value FROM records"
               " WHERE log = ? AND offset > ? AND offset <= ? ORDER BY offset"),
      time_(connection,
            "SELECT time FROM records WHERE log = ? AND offset >= ? ORDER BY offset LIMIT 1") {}

Extent LogReader::extent(const std::string& log) {
  Transaction snapshot(connection_, Transaction::reading);
  return look_up(log).extent;
}

std::int64_t LogReader::find(const std::string& log, std::int64_t& next) {
  Rows row = find_.rows(std::string_view(log));
  if (!row.next()) return -1;
  next = row.number(1);
  return row.number(0);
}

LogReader::Found LogReader::look_up(const std::string& log) {
  Found found;
  std::int64_t next = start_.number();
  found.id = find(log, next);
  std::int64_t first = next;
  if (found.id >= 0) {
    Rows row = first_.rows(found.id);
    if (row.next()) first = row.number(0);
  }
  found.extent = {Offset::of(first - 1), Offset::of(first), Offset::of(next - 1)};
  return found;
}

std::optional<std::int64_t> LogReader::time_at(std::int64_t id, std::int64_t offset) {
  Rows row = time_.rows(id, offset);
  if (!row.next()) return std::nullopt;
  return row.number(0);
}

Offset LogReader::locate(const std::string& log, Timestamp time) {
  Transaction snapshot(connection_, Transaction::reading);
  const auto [id, extent] = look_up(log);
  const auto wanted = time.time_since_epoch().count();
  // Times do not fall with the offset (LogWriter stamps), so the place is found by halving.
  auto low = extent.first.number();
  auto high = extent.last.number() + 1;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto stamp = time_at(id, middle);
    if (!stamp || *stamp >= wanted) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return Offset::of(low - 1);
}

Offset LogReader::back(const std::string& log, Offset end, std::int64_t count) {
  Transaction snapshot(connection_, Transaction::reading);
  const auto floor = look_up(log).extent.floor;
  return std::min(end, std::max(Offset{end.value - count}, floor));
}

Result<Offset> LogReader::read(const Range& range, RecordBatch& batch) {
  batch.clear();
  Transaction snapshot(connection_, Transaction::reading);
  const auto [id, extent] = look_up(range.log);
  if (range.after < extent.floor || range.until > extent.last) return Errc::gone;
  if (range.after >= range.until) return range.until;
  const bool stopped =
      fill(id, range.after, range.until, range.max_records, range.max_bytes, batch);
  return stopped ? batch.last() : range.until;
}

LogReader::Held LogReader::read_on(const std::string& log, Offset after, RecordBatch& batch) {
  batch.clear();
  Transaction snapshot(connection_, Transaction::reading);
  Held held;
  std::int64_t next = start_.number();
  const auto id = find(log, next);
  // A place beyond the end may be beyond what SQLite can compare.
  if (id >= 0 && after < Offset::of(next)) {
    const Range usual;
    held.more = fill(id, after, Offset::of(std::numeric_limits<std::int64_t>::max()),
                     usual.max_records, usual.max_bytes, batch);
  }
  if (batch.empty()) held.extent = look_up(log).extent;
  return held;
}

bool LogReader::fill(std::int64_t id, Offset after, Offset until, std::size_t max_records,
                     std::size_t max_bytes, RecordBatch& batch) {
  Rows row = records_.rows(id, after.number(), until.number());
  while (row.next()) {
    batch.add(row.number(0), row.number(1), row.maybe_bytes(2), row.bytes(3), row.bytes(4));
    if (batch.size() >= max_records || batch.bytes() > max_bytes) return true;
  }
  return false;
}

}  // namespace sidestream::embedded
