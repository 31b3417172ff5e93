#include "tests/system/faults/offset.hpp"

#include <charconv>
#include <stdexcept>

namespace e2e::faults {
namespace {

template <class Number>
Number number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::runtime_error("no number: " + std::string(text));
  }
  return value;
}

}  // namespace

Offset Offset::parse(std::string_view text) {
  const auto dash = text.find('-', 1);
  if (dash == std::string_view::npos) return {number<std::int64_t>(text), 0};
  return {number<std::int64_t>(text.substr(0, dash)), number<std::uint64_t>(text.substr(dash + 1))};
}

std::string Offset::text() const {
  return std::to_string(major) + (minor ? "-" + std::to_string(minor) : "");
}

std::vector<Offset> parse_id(std::string_view id) {
  if (id.find('.') == std::string_view::npos) return {Offset::parse(id)};
  std::vector<Offset> offsets;
  while (!id.empty()) {
    const auto part = id.substr(0, id.find('~'));
    const auto dot = part.find('.');
    if (dot == std::string_view::npos ||
        number<std::size_t>(part.substr(0, dot)) != offsets.size()) {
      throw std::runtime_error("an id that names partitions in no order: " + std::string(id));
    }
    offsets.push_back(Offset::parse(part.substr(dot + 1)));
    id.remove_prefix(std::min(part.size() + 1, id.size()));
  }
  return offsets;
}

}  // namespace e2e::faults
