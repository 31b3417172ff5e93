#pragma once
// Detects changes of the configuration file and of the files that it names.
//
// It compares the content several times a second. inotify does not work here: a ConfigMap is swapped
// through a symbolic link, and some file systems have no notifications.
//
// Thread: one.

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace sidestream {

class ConfigWatch {
 public:
  using Clock = std::chrono::steady_clock;

  explicit ConfigWatch(std::string config) : config_(std::move(config)) {}

  // Whether the content has changed since the last mark_handled() and was equal in two checks: a
  // file that is being written is ignored until it is complete.
  bool changed(Clock::time_point now);
  // Marks the current content as handled.
  void mark_handled() { handled_ = seen_ = fingerprint(); }
  // Other files to watch.
  void set_files(std::vector<std::string> files);

 private:
  std::size_t fingerprint() const;

  const std::string config_;
  std::vector<std::string> files_;
  std::size_t handled_ = 0;
  std::size_t seen_ = 0;
  Clock::time_point checked_at_{};
};

}  // namespace sidestream
