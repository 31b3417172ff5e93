#pragma once
// Reads the tables. Each function sees one snapshot. Private to the folder.
//
// Thread: one at a time. Errors: SqliteError.

#include <string>

#include "connectors/connector.hpp"
#include "connectors/embedded/row_batch.hpp"
#include "connectors/embedded/sqlite.hpp"

namespace sidestream::embedded {

class TableReader {
 public:
  // `start`: start_of() the file or memory. Borrows the connection.
  TableReader(Connection& connection, Offset start);

  Extent extent(const std::string& log);
  // Whether the difference of two offsets counts records: no log was forgotten (TableWriter).
  bool exact();
  // The offset before the first record at or after `time`; the end if there is none.
  Offset locate(const std::string& log, Timestamp time);
  Offset back(const std::string& log, Offset end, std::int64_t count);
  // Fills `batch` and returns the offset up to which it reaches. Errc::gone as in
  // Connector::read().
  Result<Offset> read(const Range& range, RowBatch& batch);
  // Fills `batch` with the newest record up to `until`, if there is one. Without `value` its value
  // is empty.
  void newest(const std::string& log, Offset until, bool value, RowBatch& batch);
  // For tails: the records after `after`, whatever the extent. If the batch stays empty, the extent
  // shows why.
  struct Held {
    Extent extent;      // set only with an empty batch
    bool more = false;  // the batch is full
    bool exact = true;  // as above
  };
  Held read_on(const std::string& log, Offset after, RowBatch& batch);

 private:
  struct Found {
    std::int64_t id = -1;  // -1: the log does not exist yet
    Extent extent;
  };
  std::int64_t start_of_new();
  // -1: the log has no row; `next` is where it will start.
  std::int64_t find(const std::string& log, std::int64_t& next);
  Found look_up(const std::string& log);
  // Stops after `until`, `max_records` or the record that exceeds `max_bytes`. True: at a limit.
  bool fill(std::int64_t id, Offset after, Offset until, std::size_t max_records,
            std::size_t max_bytes, RowBatch& batch);
  std::optional<std::int64_t> time_at(std::int64_t id, std::int64_t offset);

  Connection& connection_;
  Offset start_;
  Statement find_, first_, start_of_new_, records_, time_, newest_, newest_plain_;
};

}  // namespace sidestream::embedded
