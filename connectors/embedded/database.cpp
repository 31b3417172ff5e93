#include "connectors/embedded/database.hpp"

#include <sys/stat.h>

#include <array>
#include <ctime>
#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream::embedded {
namespace {

Offset now_in_microseconds() {
  return Offset::of(std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count());
}

}  // namespace

Database::Database(const std::string& name, const EmbeddedOptions& options, Logger log,
                   ConnectorProbe& probe)
    : name_(name),
      options_(options),
      log_(std::move(log)),
      probe_(probe),
      in_memory_(options.path.empty() || options.path == ":memory:"),
      start_(in_memory_ ? now_in_microseconds() : Offset::of(0)) {}

bool Database::open() {
  try {
    const std::unique_lock alone(connections_);
    if (in_memory_) {
      open_in_memory();
    } else {
      open_file();
    }
    auto life = life_of(*writing_);
    const std::lock_guard lock(mutex_);
    life_ = std::move(life);
    open_ = true;
    complained_ = false;
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
  writing_ = open_for_writing(options_.path);
  opened_ = identity();
  asking_ = open_for_reading(options_.path);
  tailing_ = open_for_reading(options_.path);
  writer_ = std::make_unique<LogWriter>(*writing_, options_, start_);
  query_reader_ = std::make_unique<LogReader>(*asking_, start_);
  tail_reader_ = std::make_unique<LogReader>(*tailing_, start_);
}

void Database::open_in_memory() {
  writing_ = open_memory();
  writer_ = std::make_unique<LogWriter>(*writing_, options_, start_);
  query_reader_ = std::make_unique<LogReader>(*writing_, start_);
  tail_reader_ = std::make_unique<LogReader>(*writing_, start_);
}

void Database::close() {
  {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  const std::unique_lock alone(connections_);
  query_reader_.reset();
  tail_reader_.reset();
  writer_.reset();
  asking_.reset();
  tailing_.reset();
  writing_.reset();
  lock_.reset();
}

std::optional<Database::Identity> Database::identity() const {
  struct stat status {};
  if (::stat(options_.path.c_str(), &status) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

bool Database::usable() {
  {
    const std::lock_guard lock(mutex_);
    if (!open_ || complained_) return false;
  }
  if (in_memory_ || identity() == opened_) return true;
  down(options_.path + ": moved, deleted or replaced while in use");
  return false;
}

std::unique_lock<std::shared_mutex> Database::alone_in_memory() {
  return in_memory_ ? std::unique_lock(connections_) : std::unique_lock<std::shared_mutex>();
}

void Database::writing_works() {
  if (is_down()) up();
}

void Database::writing_failed(const SqliteError& error) {
  const auto where = in_memory_ ? std::string("memory") : options_.path;
  if (error.is_write_error()) {
    const std::string what = error.code() == SQLITE_FULL ? ": no space left" : ": can't be written";
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
    use.alone_ = std::unique_lock(connections_);
  } else {
    use.shared_ = std::shared_lock(connections_);
  }
  const std::lock_guard lock(mutex_);
  if (open_ && !complained_) {
    use.reader_ = reader == queries ? query_reader_.get() : tail_reader_.get();
  }
  return use;
}

void Database::complain(const SqliteError& error) {
  if (error.code() == SQLITE_BUSY) return;  // to be tried again as it is
  down(options_.path + ": " + error.what());
  const std::lock_guard lock(mutex_);
  complained_ = true;
}

bool Database::wait_usable() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return interrupted_ || (open_ && !complained_); });
  return !interrupted_;
}

void Database::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  changed_.notify_all();
}

std::string Database::life() const {
  const std::lock_guard lock(mutex_);
  return life_;
}

void Database::down(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (last_trouble_.empty()) since_ = format_now();
  if (why != last_trouble_) {
    probe_.errors.fetch_add(1, std::memory_order_relaxed);
    log_.warn("embedded", "log unavailable", {{"connector", name_}, {"why", why}});
  }
  last_trouble_ = why;
  probe_.down(why + ", since " + since_);
}

void Database::up() {
  const std::lock_guard lock(mutex_);
  if (ever_open_) probe_.reconnects.fetch_add(1, std::memory_order_relaxed);
  if (!last_trouble_.empty()) {
    log_.info("embedded", "log available again", {{"connector", name_}});
  }
  ever_open_ = true;
  last_trouble_.clear();
  probe_.up();
}

}  // namespace sidestream::embedded
