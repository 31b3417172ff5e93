#pragma once
// The database of one connector: open or not, and who may use it now. Private to the folder.
//
// In a file, the writer and the two readers have a connection each and don't wait for one another
// (WAL). In memory there is one connection, so each unit of work has it alone.
//
// The writer's thread opens and closes. A reader's connection is used under `use()` only, and
// close() waits for those, because SQLite must not find connections of a former file open when it
// opens the next one of the same name.

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>

#include "connectors/embedded/database_file.hpp"
#include "connectors/embedded/embedded_connector.hpp"
#include "connectors/embedded/log_reader.hpp"
#include "connectors/embedded/log_writer.hpp"

namespace sidestream::embedded {

class Database {
 public:
  enum Reader { queries, tails };

  // Borrows all but the log.
  Database(const std::string& name, const EmbeddedOptions& options, Logger log,
           ConnectorProbe& probe);
  ~Database() { close(); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  bool in_memory() const { return in_memory_; }
  // The first offset of a log that has no record yet.
  Offset start() const { return start_; }
  Offset origin() const { return in_memory_ ? start_.previous() : Offset::of(-1); }

  // --- writer's thread
  // False: the probe says why.
  bool open();
  void close();
  // Open, at its path, and nobody has complained.
  bool usable();
  // Alone in memory, beside the readers in a file. Requires: open.
  std::unique_lock<std::shared_mutex> alone_in_memory();
  LogWriter& writer() { return *writer_; }
  void writing_works();
  // Closes where writing may not just be tried again.
  void writing_failed(const SqliteError& error);
  bool is_down() const { return !probe_.is_up(); }

  // --- readers' threads
  class Use {
   public:
    LogReader* operator->() const { return reader_; }
    LogReader& operator*() const { return *reader_; }
    explicit operator bool() const { return reader_ != nullptr; }

   private:
    friend class Database;
    std::shared_lock<std::shared_mutex> shared_;
    std::unique_lock<std::shared_mutex> alone_;
    LogReader* reader_ = nullptr;
  };
  // False where it can't be used now.
  Use use(Reader reader);
  // Reading failed: the writer closes it and opens it anew. Requires: no use() of this thread.
  void complain(const SqliteError& error);
  // Returns when it can be used, or false after interrupt().
  bool wait_usable();

  // --- any thread
  void interrupt();
  // Tells one file from the next of the same name. Empty before the first open().
  std::string life() const;

 private:
  struct Identity {
    dev_t device;
    ino_t file;
    bool operator==(const Identity&) const = default;
  };
  std::optional<Identity> identity() const;
  void open_file();
  void open_in_memory();
  void down(const std::string& why);
  void up();

  const std::string& name_;
  const EmbeddedOptions& options_;
  Logger log_;
  ConnectorProbe& probe_;
  const bool in_memory_;
  const Offset start_;

  std::shared_mutex connections_;  // shared by those who use them, alone to change them
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<Connection> writing_, asking_, tailing_;
  std::unique_ptr<LogWriter> writer_;
  std::unique_ptr<LogReader> query_reader_, tail_reader_;
  std::optional<Identity> opened_;

  mutable std::mutex mutex_;  // the rest
  std::condition_variable changed_;
  bool open_ = false;
  bool complained_ = false;
  bool interrupted_ = false;
  bool ever_open_ = false;
  std::string life_;
  std::string last_trouble_;
  std::string since_;
};

}  // namespace sidestream::embedded
