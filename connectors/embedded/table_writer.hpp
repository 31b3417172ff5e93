#pragma once
// Appends to logs and applies retention. Private to the folder.
//
// Logs in memory also share limits (EmbeddedOptions::memory_bytes, memory_records). Beyond them the
// oldest empty log is forgotten, with its name; without one, the oldest records of the largest log
// are deleted. Logs that are new then start above all offsets of forgotten ones, so that no offset
// is reused.
//
// Thread: the writer's. Errors: SqliteError. The caller then rolls back, except for SQLITE_TOOBIG
// from append(), which concerns that record alone.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/embedded/embedded_connector.hpp"
#include "connectors/embedded/once_table.hpp"
#include "connectors/embedded/shared_use.hpp"
#include "connectors/embedded/sqlite.hpp"

namespace sidestream::embedded {

class TableWriter {
 public:
  // `start`: the first offset of a new log. Borrows both.
  TableWriter(Connection& connection, const EmbeddedOptions& options, Offset start);

  // One commit: begin(), append() repeatedly, then commit() or rollback().
  void begin();
  Offset append(const std::string& log, const Message& message);
  // In the same commit.
  OnceTable& once() { return once_; }
  // Of the last append().
  Timestamp timestamp() const { return Timestamp(std::chrono::milliseconds(last_timestamp_)); }
  void commit();  // also applies a step of retention to the logs appended to
  void rollback();

  // One step of retention in its own commit, short enough for publishes to wait for it. True: a
  // pass over all logs is complete.
  bool retention_step();
  // A commit that changes nothing readable. Throws if publishing would.
  void test_write();

 private:
  struct LogState {
    std::int64_t id = 0;
    std::int64_t first = 0;  // the oldest held; `next` if there is none
    std::int64_t next = 0;
    std::int64_t bytes = 0;     // of its records; with shared limits including their overhead
    std::int64_t appended = 0;  // in this transaction
    std::uint64_t commit = 0;   // the number of the latest transaction with an append
    bool changed = false;
  };

  LogState* find(const std::string& log);
  LogState& find_or_create(const std::string& log);
  void keep_within_shared_limits();
  bool forget_empty_log();  // false: there is none
  struct Largest {
    LogState* log = nullptr;  // null: no log has records
    std::int64_t next = 0;    // bytes of the next one, about
  };
  Largest largest_log();
  bool shrink_largest_log();  // false: no log has records
  void delete_through(LogState& log, std::int64_t offset, std::int64_t bytes);
  bool exceeds_limits(const LogState& log, std::int64_t records, std::int64_t bytes) const;
  // Deletes at most `most` of the oldest records beyond retention. True: more may be left.
  bool delete_oldest(LogState& log, std::int64_t most);
  void save(LogState& log);
  void drop_stale_cache();
  std::int64_t next_timestamp();

  Connection& connection_;
  const EmbeddedOptions& options_;
  Offset start_;
  SharedUse use_;
  OnceTable once_;
  std::unordered_map<std::string, LogState> logs_;  // cache of the tables
  std::vector<LogState*> touched_;                  // in this transaction
  std::uint64_t commit_ = 0;                        // the number of this transaction
  std::int64_t data_version_ = -1;
  std::int64_t pass_log_ = 0;  // retention_step() has handled the logs up to this id
  std::int64_t last_timestamp_ = 0;
  Statement begin_, end_, find_, first_, start_of_new_, create_, insert_, update_, oldest_, delete_,
      next_log_, version_, test_write_, largest_, empty_, forget_, raise_start_, used_;
};

}  // namespace sidestream::embedded
