#pragma once
// Commands as the bytes that go over the wire (hiredis's formatter; arguments may hold any byte).
// Pure.

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
