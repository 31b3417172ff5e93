#pragma once
// Formats commands in the Redis wire protocol (with hiredis). Arguments may contain any byte. Pure.

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace sidestream::redis {

std::string format_command(std::span<const std::string_view> arguments);

inline std::string format_command(std::initializer_list<std::string_view> arguments) {
  return format_command(std::span(arguments.begin(), arguments.size()));
}

}  // namespace sidestream::redis
