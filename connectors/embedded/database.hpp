#pragma once
// The database of one connector: its connections, and whether they are usable. Private to the
// folder.
//
//   file    the writer and the two readers have a connection each and don't block each other (WAL)
//   memory  one connection; each unit of work locks it exclusively
//
// The writer's thread opens and closes the database. A reader uses its connection under use() only,
// and close() waits for that: SQLite must not have connections to an old file open when it opens a
// new file of the same name.
//
// Thread: as marked below.

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
#include "connectors/embedded/table_reader.hpp"
#include "connectors/embedded/table_writer.hpp"

namespace sidestream::embedded {

class Database {
 public:
  enum Reader { queries, tails };

  // Borrows name, options and probe.
  Database(const std::string& name, const EmbeddedOptions& options, Logger log,
           ConnectorProbe& probe);
  ~Database() { close(); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  bool in_memory() const { return in_memory_; }
  // The first offset of a log that has no record yet; known once the database was open.
  Offset start() const { return Offset::of(start_.load(std::memory_order_relaxed)); }
  Offset origin() const { return start().previous(); }

  // Thread for the next group: the writer's.
  // False: the probe's detail says why.
  bool open();
  void close();
  // Open, still at its path, and no reader has reported an error.
  bool usable();
  // In memory, the exclusive lock; in a file, none is needed. Requires: usable().
  std::unique_lock<std::shared_mutex> lock_if_memory();
  // Thread: any. In memory and usable: the exclusive lock, if no other thread has it.
  std::unique_lock<std::shared_mutex> try_lock_memory();
  TableWriter& writer() { return *writer_; }
  void write_succeeded();
  // Closes the database unless the write may simply be retried.
  void write_failed(const SqliteError& error);
  bool is_down() const { return !probe_.is_up(); }

  // Thread for the next group: the readers'.
  // A reader's connection, locked against close().
  class Use {
   public:
    TableReader* operator->() const { return reader_; }
    TableReader& operator*() const { return *reader_; }
    explicit operator bool() const { return reader_ != nullptr; }

   private:
    friend class Database;                           // use() alone fills it
    std::shared_lock<std::shared_mutex> shared_;     // file
    std::unique_lock<std::shared_mutex> exclusive_;  // memory
    TableReader* reader_ = nullptr;
  };
  // False: not usable now.
  Use use(Reader reader);
  // A read failed: the writer will close and reopen the database. Requires: this thread holds no
  // Use.
  void report_read_error(const SqliteError& error);
  // Waits until it is usable. False: after interrupt().
  bool wait_usable();

  // Thread: any.
  void interrupt();
  // Identifies the file among files of the same name. Empty before the first open().
  std::string generation() const;

 private:
  struct FileId {
    dev_t device;
    ino_t file;
    bool operator==(const FileId&) const = default;
  };
  std::optional<FileId> file_id() const;
  void open_file();
  void open_in_memory();
  void down(const std::string& why);
  void up();

  const std::string& name_;
  const EmbeddedOptions& options_;
  Logger log_;
  ConnectorProbe& probe_;
  const bool in_memory_;
  std::atomic<std::int64_t> start_{0};

  std::shared_mutex connections_;  // shared to use them, exclusive to change them
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<Connection> writer_connection_, query_connection_, tail_connection_;
  std::unique_ptr<TableWriter> writer_;
  std::unique_ptr<TableReader> query_reader_, tail_reader_;
  std::optional<FileId> opened_;

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  bool open_ = false;
  bool read_failed_ = false;
  bool interrupted_ = false;
  bool ever_open_ = false;
  std::string generation_;
  std::string problem_;  // why it is down; empty: it is up
  std::string since_;    // of that
};

}  // namespace sidestream::embedded
