#pragma once
// RAII for SQLite: a connection, its statements, their rows. Private to the folder.
//
// Errors: every call may throw SqliteError. Errors are rare (a full disk, a damaged file) and end a
// unit of work, so each thread of the connector catches them around its unit. None leaves the
// folder.
//
// Thread: one at a time for a connection and its statements.

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sidestream::embedded {

class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
  int code() const { return code_ & 0xff; }  // the primary code: SQLITE_BUSY, SQLITE_IOERR, ...
  // No space on the disk, in a quota or below a limit of file sizes. It may be temporary. The
  // commit has certainly failed, because its last page is missing.
  bool is_write_error() const { return code() == SQLITE_FULL || code_ == SQLITE_IOERR_WRITE; }

 private:
  int code_;
};

class Connection {
 public:
  // `flags` as for sqlite3_open_v2.
  Connection(const std::string& path, int flags);
  // One or more statements without results.
  void run(const char* sql);
  // The first column of the first row.
  std::int64_t number(const char* sql);
  std::string text(const char* sql);
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

struct Blob {
  std::string_view bytes;
};

// The rows of one execution. The destructor resets the statement, which releases its locks.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  ~Rows() { sqlite3_reset(statement_); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  bool next();
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  // Views are valid until next().
  std::string_view bytes(int column) const;
  std::optional<std::string_view> maybe_bytes(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Statement {
 public:
  Statement(Connection& connection, std::string_view sql);

  // Views among the arguments must outlive the rows.
  template <class... Values>
  Rows rows(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return Rows(statement_.get());
  }
  template <class... Values>
  void run(const Values&... values) {
    Rows all = rows(values...);
    while (all.next()) {
    }
  }

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind(int index, Blob blob);
  void bind(int index, const std::optional<Blob>& blob);

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// A transaction that is rolled back unless committed.
class Transaction {
 public:
  enum Kind { reading, writing };
  Transaction(Connection& connection, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection& connection_;
};

}  // namespace sidestream::embedded
