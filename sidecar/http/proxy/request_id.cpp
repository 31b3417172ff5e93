#include "sidecar/http/proxy/request_id.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "sidecar/base/rng.hpp"

namespace sidestream {
namespace {

constexpr std::size_t request_id_max = 128;

// Requires: a multiple of 16.
void append_hex(std::string& text, std::size_t digits) {
  for (; digits > 0; digits -= 16) {
    std::array<char, 16> word;
    auto bits = rng()();
    for (char& digit : word) {
      digit = "0123456789abcdef"[bits & 15U];
      bits >>= 4U;
    }
    text.append(word.data(), word.size());
  }
}

}  // namespace

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= request_id_max &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("._~:/+=-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

std::string make_request_id() {
  std::string id;
  append_hex(id, 32);
  return id;
}

}  // namespace sidestream
