#pragma once
// Case of ASCII letters, whatever the locale. Other bytes are left as they are.
//
// Thread: any.

#include <string>
#include <string_view>

namespace sidestream {

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace sidestream
