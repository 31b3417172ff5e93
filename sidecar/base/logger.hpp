#pragma once
// The logger: a level and a sink. A value that is copied; there is no global logger.
//
//   log.warn("kafka", "broker unreachable", {{"connector", name}, {"error", text}});
//
// The fields `error`, `why` and `broker` quote brokers, their libraries and the system, so secrets of
// the configuration are hidden in them. Names of connectors, topics and clients stay as they are.
//
// Thread: any. The sink gets whole lines; LogWriter (log_writer.hpp) writes them.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "sidecar/base/hidden_texts.hpp"

namespace sidestream {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { json, text };

struct LogField {
  std::string_view name;
  std::variant<std::string, std::int64_t, double, bool> value;

  LogField(std::string_view n, std::string_view v) : name(n), value(std::string(v)) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(v) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
  LogField(std::string_view n, double v) : name(n), value(v) {}
  template <class Int>
  requires std::is_integral_v<Int> LogField(std::string_view n, Int v)
      : name(n), value(static_cast<std::int64_t>(v)) {}
};

// One line of the log, LF included. `hidden` may be null.
std::string format_line(LogFormat format, LogLevel level, std::string_view area,
                        std::string_view text, std::initializer_list<LogField> fields,
                        const HiddenTexts* hidden = nullptr);

class Logger {
 public:
  using Sink = std::function<void(std::string_view line)>;  // a whole line, LF included

  // Drops everything.
  Logger() = default;
  // `hidden` may get more texts later.
  Logger(LogLevel least, LogFormat format, Sink sink,
         std::shared_ptr<const HiddenTexts> hidden = nullptr);

  bool on(LogLevel level) const noexcept { return sink_ && level >= least_; }
  void write(LogLevel level, std::string_view area, std::string_view text,
             std::initializer_list<LogField> fields = {}) const;

  void debug(std::string_view area, std::string_view text,
             std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::debug, area, text, fields);
  }
  void info(std::string_view area, std::string_view text,
            std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::info, area, text, fields);
  }
  void warn(std::string_view area, std::string_view text,
            std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::warn, area, text, fields);
  }
  void error(std::string_view area, std::string_view text,
             std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::error, area, text, fields);
  }

 private:
  LogLevel least_ = LogLevel::error;
  LogFormat format_ = LogFormat::json;
  std::shared_ptr<const Sink> sink_;
  std::shared_ptr<const HiddenTexts> hidden_;
};

}  // namespace sidestream
