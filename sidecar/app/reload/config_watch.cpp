#include "sidecar/app/reload/config_watch.hpp"

#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>

#include "sidecar/settings/expand.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto check_every = 250ms;
constexpr std::size_t bytes_max = 1024 * 1024;

// An absent file counts as a content. Only regular files: a pipe can be read only once.
std::string content_of(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return "absent";
  const FileContent content = read_file(path, bytes_max);
  return content.error.empty() ? "present" + content.text : content.error;
}

}  // namespace

std::size_t ConfigWatch::fingerprint() const {
  std::string all = content_of(config_);
  for (const std::string& file : files_) {
    const std::string content = content_of(file);
    all += '\0' + std::to_string(content.size()) + content;
  }
  return std::hash<std::string_view>{}(all);
}

bool ConfigWatch::changed(Clock::time_point now) {
  if (now - checked_at_ < check_every) return false;
  checked_at_ = now;
  const std::size_t before = std::exchange(seen_, fingerprint());
  return seen_ != handled_ && seen_ == before;
}

void ConfigWatch::set_files(std::vector<std::string> files) {
  if (files == files_) return;
  files_ = std::move(files);
  mark_handled();
}

}  // namespace sidestream
