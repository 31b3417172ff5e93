#include "connectors/embedded/database_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>

namespace sidestream::embedded {
namespace {

namespace fs = std::filesystem;

// In the file's header, to recognize our files.
constexpr std::int64_t application = 0x53645374;  // "SdSt"
constexpr std::int64_t version = 2;

constexpr mode_t private_mode = 0600;

// `logs.bytes` counts keys, events and values of the records held. WITHOUT ROWID: one tree, in
// reading order. The meta key 'life' is the generation; its name stays because existing files have
// it. The meta key 'start' is the first offset of each log; files without it start at 0.
constexpr const char* schema = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('life', lower(hex(randomblob(16)))), ('writable', '0');
CREATE TABLE logs (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  next INTEGER NOT NULL,
  bytes INTEGER NOT NULL DEFAULT 0);
CREATE TABLE records (
  log INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  time INTEGER NOT NULL,
  key BLOB,
  event TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (log, offset)) WITHOUT ROWID;
PRAGMA application_id = 1399083892;
)";

// Version 2: packed_fields.hpp, once_table.hpp.
constexpr const char* second_version = R"(
ALTER TABLE records ADD COLUMN fields BLOB;
CREATE TABLE once (
  id INTEGER PRIMARY KEY,
  name BLOB NOT NULL UNIQUE,
  content BLOB NOT NULL,
  offset INTEGER NOT NULL,
  until INTEGER NOT NULL);
CREATE INDEX once_until ON once (until);
PRAGMA user_version = 2;
)";

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw CannotOpen(path + ": " + why);
}

std::string system_text() { return std::generic_category().message(errno); }

// True if the file has no tables yet. Refuses a foreign file before anything is changed.
bool is_new(Connection& connection, const std::string& path) {
  try {
    const auto id = connection.number("PRAGMA application_id");
    const auto format = connection.number("PRAGMA user_version");
    const bool empty = connection.number("SELECT count(*) FROM sqlite_schema") == 0;
    if (id == 0 && format == 0 && empty) return true;
    if (id != application) refuse(path, "is an SQLite database of another program");
    if (format > version) refuse(path, "was written by a newer Sidestream");
    if (format < 1 || empty) refuse(path, "is damaged (no usable tables)");
  } catch (const SqliteError& error) {
    if (error.code() == SQLITE_NOTADB) refuse(path, "is not a database of Sidestream");
    if (error.code() == SQLITE_CORRUPT) refuse(path, "is damaged: " + std::string(error.what()));
    throw;
  }
  return false;
}

std::unique_ptr<Connection> connect(const std::string& path, int flags) {
  auto connection = std::make_unique<Connection>(path, flags | SQLITE_OPEN_NOMUTEX);
  // Another program may hold a lock on the file for a moment.
  sqlite3_busy_timeout(connection->handle(), 2000);
  return connection;
}

Offset now_in_microseconds() {
  return Offset::of(std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count());
}

void create_tables(Connection& connection) {
  Transaction transaction(connection, Transaction::writing);
  connection.run(schema);
  connection.run(second_version);
  const auto start = std::to_string(now_in_microseconds().number());
  Statement(connection, "INSERT INTO meta VALUES ('start', ?)").run(std::string_view(start));
  transaction.commit();
}

void update_tables(Connection& connection) {
  if (connection.number("PRAGMA user_version") >= version) return;
  Transaction transaction(connection, Transaction::writing);
  connection.run(second_version);
  transaction.commit();
}

// Creates the file for this user alone. Refuses a link, which may lead to somebody else's file.
// SQLite gives its WAL the mode of the file.
void secure(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, private_mode);
  if (file < 0) refuse(path, "cannot be opened: " + system_text());
  ::fchmod(file, private_mode);  // fails for another user's file, which is as it was
  ::close(file);
}

}  // namespace

FileLock::FileLock(const std::string& path) {
  const auto name = path + ".lock";
  descriptor_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, private_mode);
  if (descriptor_ < 0) refuse(name, "cannot be opened: " + system_text());
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const bool held = errno == EWOULDBLOCK;
    auto why = "cannot be locked: " + system_text();
    if (held) {
      std::array<char, 32> holder{};
      const auto n = ::pread(descriptor_, holder.data(), holder.size() - 1, 0);
      why = "is in use by another connector";
      if (n > 0)
        why += " (process " + std::string(holder.data(), static_cast<std::size_t>(n)) + ")";
      why += "; one file belongs to one connector at a time";
    }
    ::close(descriptor_);
    refuse(path, why);
  }
  // The process id is only for that text. The lock holds even if it can't be written.
  const auto holder = std::to_string(::getpid());
  if (::ftruncate(descriptor_, 0) == 0) {
    [[maybe_unused]] const auto n = ::pwrite(descriptor_, holder.data(), holder.size(), 0);
  }
}

FileLock::~FileLock() { ::close(descriptor_); }

void check_path(const std::string& path) {
  std::error_code ignored;
  auto folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (fs::is_symlink(path, ignored)) refuse(path, "is a symbolic link, not a file");
  if (fs::is_directory(path, ignored)) refuse(path, "is a directory, not a file");
  if (!fs::exists(folder, ignored)) {
    refuse(path, "the directory " + folder.string() + " does not exist");
  }
  if (!fs::is_directory(folder, ignored)) refuse(path, folder.string() + " is not a directory");
  // SQLite creates its WAL beside the file, so the directory must be writable.
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    refuse(path, "cannot write to the directory " + folder.string() + ": " + system_text());
  }
  if (fs::exists(path, ignored) && ::access(path.c_str(), R_OK | W_OK) != 0) {
    refuse(path, "cannot read and write the file: " + system_text());
  }
}

std::unique_ptr<Connection> open_for_writing(const std::string& path) {
  check_path(path);
  secure(path);
  auto connection = connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const bool created = is_new(*connection, path);
  if (connection->text("PRAGMA journal_mode = WAL") != "wal") {
    refuse(path, "its file system has no shared memory for SQLite's WAL");
  }
  // FULL: a commit is on the disk before it is acknowledged. NORMAL survives kill -9 but not a
  // power failure, after which offsets that readers have seen would be assigned again.
  connection->run(
      "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
      "PRAGMA journal_size_limit = 67108864; PRAGMA cell_size_check = ON");
  if (created) {
    create_tables(*connection);
  } else {
    update_tables(*connection);
  }
  return connection;
}

std::unique_ptr<Connection> open_for_reading(const std::string& path) {
  auto connection = connect(path, SQLITE_OPEN_READWRITE);
  connection->run("PRAGMA query_only = ON; PRAGMA cell_size_check = ON");
  // Only the writer checkpoints.
  sqlite3_db_config(connection->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return connection;
}

std::unique_ptr<Connection> open_memory() {
  auto connection =
      connect(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY);
  create_tables(*connection);
  connection->run(
      "CREATE INDEX logs_by_size ON logs (bytes DESC, id)");  // TableWriter's largest log
  return connection;
}

void check_file(const std::string& path) {
  check_path(path);
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return;
  const auto connection = connect(path, SQLITE_OPEN_READWRITE);
  is_new(*connection, path);
}

Offset start_of(Connection& connection) {
  return Offset::of(
      connection.number("SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'start'"));
}

std::string generation_of(Connection& connection) {
  return connection.text("SELECT value FROM meta WHERE name = 'life'");
}

}  // namespace sidestream::embedded
