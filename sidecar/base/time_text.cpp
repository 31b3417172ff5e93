#include "sidecar/base/time_text.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace sidestream {

std::int64_t unix_now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string format_time(std::int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  const auto n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + n, text.size() - n, ".%03dZ", static_cast<int>(ms % 1000));
  return text.data();
}

std::string format_seconds(std::int64_t seconds) {
  std::string text = format_time(seconds * 1000);
  text.resize(text.find('.'));  // replace() draws a wrong warning from GCC 12 with -O2
  text += 'Z';
  return text;
}

std::string format_now() { return format_seconds(unix_now_ms() / 1000); }

}  // namespace sidestream
