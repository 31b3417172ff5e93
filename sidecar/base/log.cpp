#include "sidecar/base/log.hpp"

#include <unistd.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream {
namespace {

std::string_view level_name(LogLevel level) {
  static constexpr std::array<std::string_view, 4> names{"debug", "info", "warn", "error"};
  return names[static_cast<std::size_t>(level)];
}

std::string now_text() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return format_time(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

boost::json::value to_json(const LogField& field) {
  return std::visit([](const auto& v) { return boost::json::value(v); }, field.value);
}

std::string json_line(LogLevel level, std::string_view area, std::string_view text,
                      std::initializer_list<LogField> fields) {
  boost::json::object line{
      {"time", now_text()}, {"level", level_name(level)}, {"area", area}, {"message", text}};
  for (const auto& field : fields) line[field.name] = to_json(field);
  return boost::json::serialize(line) + '\n';
}

std::string text_line(LogLevel level, std::string_view area, std::string_view text,
                      std::initializer_list<LogField> fields) {
  std::string line = now_text();
  line.append(" ").append(level_name(level)).append(" ").append(area).append(": ").append(text);
  for (const auto& field : fields) {
    line.append(" ").append(field.name).append("=").append(boost::json::serialize(to_json(field)));
  }
  return line + '\n';
}

}  // namespace

Log::Log(LogLevel least, LogFormat format, Sink sink)
    : least_(least), format_(format), sink_(std::make_shared<const Sink>(std::move(sink))) {}

Log Log::to_stderr(LogLevel least, LogFormat format) {
  return Log(least, format, [](std::string_view line) {
    // A full or closed stderr must not stop the streams: the line is lost, nothing else.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  });
}

void Log::write(LogLevel level, std::string_view area, std::string_view text,
                std::initializer_list<LogField> fields) const {
  if (!on(level)) return;
  (*sink_)(format_ == LogFormat::json ? json_line(level, area, text, fields)
                                      : text_line(level, area, text, fields));
}

}  // namespace sidestream
