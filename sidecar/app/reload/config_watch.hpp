#pragma once
// Notices that the configuration file, or a file that it names, holds something else.
//
// By looking at the content, some times a second: a watch on a file (inotify) hears nothing of a
// ConfigMap, which is swapped by a link beside it, and is not to be had everywhere.
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

  // Whether there is another content than at the last attend(), which has been the same for two
  // looks: a file that is being written is let be.
  bool changed(Clock::time_point now);
  // The content as it is now is going to be dealt with.
  void attend() { attended_ = seen_ = fingerprint(); }
  // What else to look at.
  void set_files(std::vector<std::string> files);

 private:
  std::size_t fingerprint() const;

  const std::string config_;
  std::vector<std::string> files_;
  std::size_t attended_ = 0;
  std::size_t seen_ = 0;
  Clock::time_point looked_at_{};
};

}  // namespace sidestream
