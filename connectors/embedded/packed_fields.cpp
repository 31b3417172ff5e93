#include "connectors/embedded/packed_fields.hpp"

#include <cstdint>
#include <cstring>
#include <optional>

namespace sidestream::embedded {
namespace {

void append(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  char length[sizeof size];
  std::memcpy(length, &size, sizeof size);
  out.append(length, sizeof size).append(text);
}

std::optional<std::string_view> take(std::string_view& rest) {
  std::uint32_t size = 0;
  if (rest.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, rest.data(), sizeof size);
  rest.remove_prefix(sizeof size);
  if (rest.size() < size) return std::nullopt;
  const std::string_view text = rest.substr(0, size);
  rest.remove_prefix(size);
  return text;
}

}  // namespace

std::string pack_fields(const Message::Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    append(out, name);
    append(out, value);
  }
  return out;
}

void unpack_fields(std::string_view bytes, std::vector<Header>& into) {
  while (!bytes.empty()) {
    const auto name = take(bytes);
    const auto value = name ? take(bytes) : std::nullopt;
    if (!value) return;
    into.push_back({*name, *value});
  }
}

}  // namespace sidestream::embedded
