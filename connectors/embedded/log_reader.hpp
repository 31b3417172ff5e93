#pragma once
// What readers ask of the tables. Each function is one snapshot. Private to the folder.
//
// Thread: one at a time. Errors: SqliteError.

#include <string>

#include "connectors/connector.hpp"
#include "connectors/embedded/record_batch.hpp"
#include "connectors/embedded/sqlite.hpp"

namespace sidestream::embedded {

class LogReader {
 public:
  // `start`: the first offset of a log that has no record yet. Borrows the connection.
  LogReader(Connection& connection, Offset start);

  Extent extent(const std::string& log);
  // The place before the first record at or after `time`; the end where there is none.
  Offset locate(const std::string& log, Timestamp time);
  Offset back(const std::string& log, Offset end, std::int64_t count);
  // Fills `batch` and answers up to where it reaches; Errc::gone as Connector::read says.
  Result<Offset> read(const Range& range, RecordBatch& batch);
  // For tails: what is held after `after`, whatever the extent. With an empty batch the extent
  // tells why.
  struct Held {
    Extent extent;
    bool more = false;  // the batch is full
  };
  Held read_on(const std::string& log, Offset after, RecordBatch& batch);

 private:
  struct Found {
    std::int64_t id = -1;  // -1: the log has no record yet
    Extent extent;
  };
  std::int64_t find(const std::string& log, std::int64_t& next);
  Found look_up(const std::string& log);
  // Stops after `until`, `max_records` or the record that passes `max_bytes`; says whether a limit
  // stopped it.
  bool fill(std::int64_t id, Offset after, Offset until, std::size_t max_records,
            std::size_t max_bytes, RecordBatch& batch);
  std::optional<std::int64_t> time_at(std::int64_t id, std::int64_t offset);

  Connection& connection_;
  Offset start_;
  Statement find_, first_, records_, time_;
};

}  // namespace sidestream::embedded
