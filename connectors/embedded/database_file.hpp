#pragma once
// Opening the file of an embedded connector: whether it is ours, its tables, and who may write it.
// Private to the folder.
//
// Thread: the writer's (check: any).

#include <memory>
#include <stdexcept>
#include <string>

#include "connectors/embedded/sqlite.hpp"

namespace sidestream::embedded {

// Why a file can't be used, as a sentence that names it.
class CannotOpen : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Held by one connector of one process: flock(2) on `<path>.lock`, which the kernel gives back when
// the process ends in whatever way. A file of its own, as SQLite needs the locks of the database
// file.
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
std::unique_ptr<Connection> open_for_writing(const std::string& path);  // makes file and tables
std::unique_ptr<Connection> open_for_reading(const std::string& path);
std::unique_ptr<Connection> open_memory();
// An existing file is looked into, a missing one is not made.
void check_file(const std::string& path);

// Different for every file ever made.
std::string life_of(Connection& connection);

}  // namespace sidestream::embedded
