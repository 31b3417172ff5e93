#include "connectors/embedded/table_reader.hpp"

#include <algorithm>
#include <limits>

#include "connectors/embedded/database_file.hpp"

namespace sidestream::embedded {

TableReader::TableReader(Connection& connection, Offset start)
    : connection_(connection),
      start_(start),
      find_(connection, "SELECT id, next FROM logs WHERE name = ?"),
      first_(connection, "SELECT offset FROM records WHERE log = ? ORDER BY offset LIMIT 1"),
      start_of_new_(connection, start_of_new_log),
      records_(connection,
               "SELECT offset, time, key, event, value, fields FROM records"
               " WHERE log = ? AND offset > ? AND offset <= ? ORDER BY offset"),
      time_(connection,
            "SELECT time FROM records WHERE log = ? AND offset >= ? ORDER BY offset LIMIT 1"),
      newest_(connection,
              "SELECT offset, time, key, event, value, fields FROM records"
              " WHERE log = ? AND offset <= ? ORDER BY offset DESC LIMIT 1"),
      newest_plain_(connection,
                    "SELECT offset, time, key, event FROM records"
                    " WHERE log = ? AND offset <= ? ORDER BY offset DESC LIMIT 1") {}

Extent TableReader::extent(const std::string& log) {
  Transaction snapshot(connection_, Transaction::reading);
  return look_up(log).extent;
}

bool TableReader::exact() { return start_of_new() == start_.number(); }

std::int64_t TableReader::start_of_new() {
  Rows row = start_of_new_.rows(start_.number());
  row.next();
  return row.number(0);
}

std::int64_t TableReader::find(const std::string& log, std::int64_t& next) {
  Rows row = find_.rows(std::string_view(log));
  if (!row.next()) {
    next = start_of_new();
    return -1;
  }
  next = row.number(1);
  return row.number(0);
}

TableReader::Found TableReader::look_up(const std::string& log) {
  Found found;
  std::int64_t next = 0;
  found.id = find(log, next);
  std::int64_t first = next;
  if (found.id >= 0) {
    Rows row = first_.rows(found.id);
    if (row.next()) first = row.number(0);
  }
  found.extent = {Offset::of(first - 1), Offset::of(first), Offset::of(next - 1)};
  return found;
}

std::optional<std::int64_t> TableReader::time_at(std::int64_t id, std::int64_t offset) {
  Rows row = time_.rows(id, offset);
  if (!row.next()) return std::nullopt;
  return row.number(0);
}

Offset TableReader::locate(const std::string& log, Timestamp time) {
  Transaction snapshot(connection_, Transaction::reading);
  const auto [id, extent] = look_up(log);
  const auto wanted = time.time_since_epoch().count();
  // Binary search: timestamps do not decrease with the offset (TableWriter sees to it).
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

Offset TableReader::back(const std::string& log, Offset end, std::int64_t count) {
  Transaction snapshot(connection_, Transaction::reading);
  const auto floor = look_up(log).extent.floor;
  return std::min(end, std::max(Offset::of(end.number() - count), floor));
}

Result<Offset> TableReader::read(const Range& range, RowBatch& batch) {
  batch.clear();
  Transaction snapshot(connection_, Transaction::reading);
  const auto [id, extent] = look_up(range.log);
  if (range.after < extent.floor || range.until > extent.last) return Errc::gone;
  if (range.after >= range.until) return range.until;
  const bool stopped =
      fill(id, range.after, range.until, range.max_records, range.max_bytes, batch);
  return stopped ? batch.last() : range.until;
}

void TableReader::newest(const std::string& log, Offset until, bool value, RowBatch& batch) {
  batch.clear();
  Transaction snapshot(connection_, Transaction::reading);
  std::int64_t next = 0;
  const auto id = find(log, next);
  if (id < 0) return;
  Rows row = (value ? newest_ : newest_plain_).rows(id, until.number());
  if (!row.next()) return;
  batch.add(row.number(0), row.number(1), row.maybe_bytes(2), row.bytes(3),
            value ? row.bytes(4) : std::string_view(), value ? row.bytes(5) : std::string_view());
}

TableReader::Held TableReader::read_on(const std::string& log, Offset after, RowBatch& batch) {
  batch.clear();
  Transaction snapshot(connection_, Transaction::reading);
  Held held;
  std::int64_t next = 0;
  const auto id = find(log, next);
  // An offset beyond the end may exceed SQLite's 64-bit integers.
  if (id >= 0 && after < Offset::of(next)) {
    const Range usual;
    held.more = fill(id, after, Offset::of(std::numeric_limits<std::int64_t>::max()),
                     usual.max_records, usual.max_bytes, batch);
  }
  if (batch.empty()) held.extent = look_up(log).extent;
  held.exact = exact();
  return held;
}

bool TableReader::fill(std::int64_t id, Offset after, Offset until, std::size_t max_records,
                       std::size_t max_bytes, RowBatch& batch) {
  Rows row = records_.rows(id, after.number(), until.number());
  while (row.next()) {
    batch.add(row.number(0), row.number(1), row.maybe_bytes(2), row.bytes(3), row.bytes(4),
              row.bytes(5));
    if (batch.size() >= max_records || batch.bytes() > max_bytes) return true;
  }
  return false;
}

}  // namespace sidestream::embedded
