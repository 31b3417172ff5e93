#include "connectors/redis/entry_id.hpp"

#include <cassert>
#include <charconv>
#include <limits>

namespace sidestream::redis {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace

std::optional<Offset> parse_entry_id(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto ms = parse_number(text.substr(0, dash));
  const auto seq = parse_number(text.substr(dash + 1));
  if (!ms || !seq) return std::nullopt;
  if (*ms > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return Offset::of_entry(*ms, *seq);
}

std::string format_entry_id(Offset offset) {
  assert(offset.value >= 0);
  return std::to_string(offset.entry_ms()) + '-' + std::to_string(offset.entry_seq());
}

}  // namespace sidestream::redis
