#pragma once
// Appends to logs and drops what retention says. Private to the folder.
//
// Thread: the writer's. Errors: SqliteError; the transaction is then to be rolled back, but for
// SQLITE_TOOBIG out of append(), which concerns that record alone.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/embedded/embedded_connector.hpp"
#include "connectors/embedded/sqlite.hpp"

namespace sidestream::embedded {

class LogWriter {
 public:
  // `start`: the first offset of a new log. Borrows both.
  LogWriter(Connection& connection, const EmbeddedOptions& options, Offset start);

  // One commit: begin, append ..., then commit or rollback.
  void begin();
  Offset append(const std::string& log, const Message& message);
  void commit();  // applies retention by a step to the logs appended to
  void rollback();

  // One step of retention over all logs, in its own commit, short enough for publishes to wait for
  // it. True when it has been round once.
  bool retire_step();
  // A commit that changes nothing readable: throws where publishing would.
  void prove_writable();

 private:
  struct LogState {
    std::int64_t id = 0;
    std::int64_t first = 0;  // the oldest held, `next` where there is none
    std::int64_t next = 0;
    std::int64_t bytes = 0;
    std::int64_t appended = 0;  // in this transaction
    bool changed = false;
  };

  LogState* find(const std::string& log);
  LogState& find_or_make(const std::string& log);
  bool excessive(const LogState& log, std::int64_t records, std::int64_t bytes) const;
  // Drops at most `most` of the oldest; says whether more could be dropped.
  bool retire(LogState& log, std::int64_t most);
  void save(LogState& log);
  void forget_if_others_wrote();
  std::int64_t stamp();

  Connection& connection_;
  const EmbeddedOptions& options_;
  Offset start_;
  std::unordered_map<std::string, LogState> logs_;  // what the tables say, for the logs in use
  std::vector<LogState*> touched_;                  // in this transaction
  std::int64_t data_version_ = -1;
  std::int64_t round_ = 0;  // retire_step() has seen the logs up to this id
  std::int64_t last_stamp_ = 0;
  Statement find_, first_, make_, insert_, update_, oldest_, drop_, next_log_, version_, prove_;
};

}  // namespace sidestream::embedded
