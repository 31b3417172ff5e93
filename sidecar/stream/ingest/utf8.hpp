#pragma once
// Bytes as text: UTF-8 stays as it is, other bytes become base64 or U+FFFD. Pure.
//
// Thread: any.

#include <string>
#include <string_view>

namespace sidestream {

bool is_utf8(std::string_view bytes);

// U+FFFD for every byte that is not part of a valid sequence.
std::string replace_invalid(std::string_view bytes);

std::string base64(std::string_view bytes);

// "base64:" and the bytes in base64.
std::string marked_base64(std::string_view bytes);
// The bytes if they are UTF-8 and do not begin with "base64:", else marked_base64(). So different
// bytes never give the same text.
std::string marked_text(std::string_view bytes);

}  // namespace sidestream
