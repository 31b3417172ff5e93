#pragma once
// Opens the file of an embedded connector: checks that it is ours, creates its tables, locks it. All
// its files are for this user alone (0600), and none may be a symbolic link.
// Private to the folder.
//
// Thread: the writer's; check_file() any.

#include <memory>
#include <stdexcept>
#include <string>

#include "connectors/embedded/sqlite.hpp"
#include "connectors/record.hpp"

namespace sidestream::embedded {

// Why a file can't be used, as one sentence with its path.
class CannotOpen : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The lock of one connector on its file: flock(2) on `<path>.lock`. The kernel releases it when the
// process ends, however it ends. It is a separate file because SQLite uses the locks of the
// database file.
class FileLock {
 public:
  explicit FileLock(const std::string& path);  // throws CannotOpen, naming the holder
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

// All throw CannotOpen or SqliteError.
void check_path(const std::string& path);
std::unique_ptr<Connection> open_for_writing(const std::string& path);  // creates file and tables
std::unique_ptr<Connection> open_for_reading(const std::string& path);
std::unique_ptr<Connection> open_memory();
// Checks an existing file. Does not create a missing one.
void check_file(const std::string& path);

// The first offset of its logs: the time of creation in microseconds, so that ids of a lost file lie
// below those of the file in its place. 0 for a file of an older version.
Offset start_of(Connection& connection);

// The first offset of a log that has no row, as SQL; its argument is start_of(). It is higher once
// TableWriter has forgotten logs.
inline constexpr const char* start_of_new_log =
    "SELECT ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'forgotten'), ?1)";

// A random id, different for every file ever created. A file that replaces another has another one.
std::string generation_of(Connection& connection);

}  // namespace sidestream::embedded
