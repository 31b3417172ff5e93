#include "connectors/embedded/database.hpp"

#include <sys/stat.h>

#include <cassert>
#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream::embedded {
Database::Database(const std::string& name, const EmbeddedOptions& options, Logger log,
                   ConnectorProbe& probe)
    : name_(name),
      options_(options),
      log_(std::move(log)),
      probe_(probe),
      in_memory_(options.path.empty() || options.path == ":memory:") {}

bool Database::open() {
  try {
    const std::unique_lock exclusive(connections_);
    if (in_memory_) {
      open_in_memory();
    } else {
      open_file();
    }
    auto generation = generation_of(*writer_connection_);
    const std::lock_guard lock(mutex_);
    generation_ = std::move(generation);
    open_ = true;
    read_failed_ = false;
  } catch (const CannotOpen& error) {
    close();
    down(error.what());
    return false;
  } catch (const SqliteError& error) {
    close();
    down(options_.path + ": " + error.what());
    return false;
  }
  up();
  changed_.notify_all();
  return true;
}

void Database::open_file() {
  check_path(options_.path);
  lock_ = std::make_unique<FileLock>(options_.path);
  writer_connection_ = open_for_writing(options_.path);
  opened_ = file_id();
  query_connection_ = open_for_reading(options_.path);
  tail_connection_ = open_for_reading(options_.path);
  start_ = start_of(*writer_connection_).number();
  writer_ = std::make_unique<TableWriter>(*writer_connection_, options_, start());
  query_reader_ = std::make_unique<TableReader>(*query_connection_, start());
  tail_reader_ = std::make_unique<TableReader>(*tail_connection_, start());
}

void Database::open_in_memory() {
  writer_connection_ = open_memory();
  start_ = start_of(*writer_connection_).number();
  writer_ = std::make_unique<TableWriter>(*writer_connection_, options_, start());
  query_reader_ = std::make_unique<TableReader>(*writer_connection_, start());
  tail_reader_ = std::make_unique<TableReader>(*writer_connection_, start());
}

void Database::close() {
  {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  const std::unique_lock exclusive(connections_);
  query_reader_.reset();
  tail_reader_.reset();
  writer_.reset();
  query_connection_.reset();
  tail_connection_.reset();
  writer_connection_.reset();
  lock_.reset();
}

std::optional<Database::FileId> Database::file_id() const {
  struct stat status {};
  if (::stat(options_.path.c_str(), &status) != 0) return std::nullopt;
  return FileId{status.st_dev, status.st_ino};
}

bool Database::usable() {
  {
    const std::lock_guard lock(mutex_);
    if (!open_ || read_failed_) return false;
  }
  if (in_memory_ || file_id() == opened_) return true;
  down(options_.path + ": moved, deleted or replaced while in use");
  return false;
}

std::unique_lock<std::shared_mutex> Database::lock_if_memory() {
  assert(writer_);
  return in_memory_ ? std::unique_lock(connections_) : std::unique_lock<std::shared_mutex>();
}

std::unique_lock<std::shared_mutex> Database::try_lock_memory() {
  if (!in_memory_ || is_down()) return {};
  std::unique_lock exclusive(connections_, std::try_to_lock);
  const std::lock_guard lock(mutex_);
  if (!open_ || read_failed_) return {};
  return exclusive;
}

void Database::write_succeeded() {
  if (is_down()) up();
}

void Database::write_failed(const SqliteError& error) {
  const auto where = in_memory_ ? std::string("memory") : options_.path;
  if (error.is_write_error()) {
    const std::string what =
        error.code() == SQLITE_FULL ? ": no space left" : ": cannot be written";
    down(where + what + "; publishing fails (" + error.what() + ")");
  } else if (error.code() == SQLITE_BUSY) {
    down(where + ": locked by another program; publishing fails");
  } else {
    down(where + ": " + error.what());
    close();
  }
}

Database::Use Database::use(Reader reader) {
  Use use;
  if (in_memory_) {
    use.exclusive_ = std::unique_lock(connections_);
  } else {
    use.shared_ = std::shared_lock(connections_);
  }
  const std::lock_guard lock(mutex_);
  if (open_ && !read_failed_) {
    use.reader_ = reader == queries ? query_reader_.get() : tail_reader_.get();
  }
  return use;
}

void Database::report_read_error(const SqliteError& error) {
  if (error.code() == SQLITE_BUSY) return;  // locked by another program: a retry is enough
  down(options_.path + ": " + error.what());
  const std::lock_guard lock(mutex_);
  read_failed_ = true;
}

bool Database::wait_usable() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return interrupted_ || (open_ && !read_failed_); });
  return !interrupted_;
}

void Database::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  changed_.notify_all();
}

std::string Database::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

void Database::down(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (problem_.empty()) since_ = format_now();
  if (why != problem_) {
    probe_.errors.fetch_add(1, std::memory_order_relaxed);
    log_.warn("embedded", "log unavailable", {{"connector", name_}, {"why", why}});
  }
  problem_ = why;
  probe_.down(why + ", since " + since_);
}

void Database::up() {
  const std::lock_guard lock(mutex_);
  if (ever_open_) probe_.reconnects.fetch_add(1, std::memory_order_relaxed);
  if (!problem_.empty()) {
    log_.info("embedded", "log available again", {{"connector", name_}});
  }
  ever_open_ = true;
  problem_.clear();
  probe_.up();
}

}  // namespace sidestream::embedded
