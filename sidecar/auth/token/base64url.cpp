#include "sidecar/auth/token/base64url.hpp"

#include <array>
#include <cstdint>

namespace sidestream {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t invalid = 64;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = invalid;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto value_of = make_values();

}  // namespace

std::optional<std::string> decode_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned count = 0;  // of the bits that are not in `bytes` yet
  for (const char c : text) {
    const std::uint8_t value = value_of[static_cast<unsigned char>(c)];
    if (value == invalid) return std::nullopt;
    bits = (bits << 6U | value) & 0xffffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count & 0xffU));
  }
  const std::uint32_t unused = bits & ((1U << count) - 1U);
  if (unused != 0) return std::nullopt;
  return bytes;
}

}  // namespace sidestream
