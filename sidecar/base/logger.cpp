#include "sidecar/base/logger.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
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

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

// JSON is UTF-8, but input from clients may not be: other bytes are written as \xE9.
std::string to_utf8(std::string text) {
  if (is_ascii(text)) return text;
  boost::system::error_code error;
  boost::json::parse(boost::json::serialize(boost::json::value(text)), error);
  if (!error) return text;
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      shown += c;
    } else {
      shown.append("\\x").append({"0123456789ABCDEF"[byte >> 4U], "0123456789ABCDEF"[byte & 15U]});
    }
  }
  return shown;
}

bool quotes(const LogField& field) {
  return field.name == "error" || field.name == "why" || field.name == "broker";
}

boost::json::value to_json(const LogField& field, const HiddenTexts* hidden) {
  if (const auto* text = std::get_if<std::string>(&field.value)) {
    const bool hide = hidden != nullptr && quotes(field);
    return boost::json::value(to_utf8(hide ? hidden->hide(*text) : *text));
  }
  return std::visit([](const auto& v) { return boost::json::value(v); }, field.value);
}

std::string json_line(LogLevel level, std::string_view area, std::string_view text,
                      std::initializer_list<LogField> fields, const HiddenTexts* hidden) {
  boost::json::object line{{"time", format_time(unix_now_ms())},
                           {"level", level_name(level)},
                           {"area", area},
                           {"message", to_utf8(std::string(text))}};
  for (const auto& field : fields) line[field.name] = to_json(field, hidden);
  return boost::json::serialize(line) + '\n';
}

std::string text_line(LogLevel level, std::string_view area, std::string_view text,
                      std::initializer_list<LogField> fields, const HiddenTexts* hidden) {
  std::string line = format_time(unix_now_ms());
  line.append(" ").append(level_name(level)).append(" ").append(area).append(": ").append(text);
  for (const auto& field : fields) {
    line.append(" ")
        .append(field.name)
        .append("=")
        .append(boost::json::serialize(to_json(field, hidden)));
  }
  return line + '\n';
}

}  // namespace

std::string format_line(LogFormat format, LogLevel level, std::string_view area,
                        std::string_view text, std::initializer_list<LogField> fields,
                        const HiddenTexts* hidden) {
  return format == LogFormat::json ? json_line(level, area, text, fields, hidden)
                                   : text_line(level, area, text, fields, hidden);
}

Logger::Logger(LogLevel least, LogFormat format, Sink sink,
               std::shared_ptr<const HiddenTexts> hidden)
    : least_(least),
      format_(format),
      sink_(std::make_shared<const Sink>(std::move(sink))),
      hidden_(std::move(hidden)) {}

void Logger::write(LogLevel level, std::string_view area, std::string_view text,
                   std::initializer_list<LogField> fields) const {
  if (!on(level)) return;
  (*sink_)(format_line(format_, level, area, text, fields, hidden_.get()));
}

}  // namespace sidestream
