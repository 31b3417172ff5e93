#include "connectors/redis/entry_id.hpp"

#include <cassert>
#include <charconv>

namespace sidestream::redis {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

struct Id {
  std::uint64_t ms;
  std::uint64_t seq;
};

std::optional<Id> parse_id(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto ms = parse_number(text.substr(0, dash));
  const auto seq = parse_number(text.substr(dash + 1));
  if (!ms || !seq) return std::nullopt;
  return Id{*ms, *seq};
}

bool is_beyond(const Id& id) {
  const auto newest = newest_entry_id.entry_ms();
  return id.ms > newest || (id.ms == newest && id.seq > newest_entry_id.entry_seq());
}

}  // namespace

std::optional<Offset> parse_entry_id(std::string_view text) {
  const auto id = parse_id(text);
  if (!id || is_beyond(*id)) return std::nullopt;
  return Offset::of_entry(id->ms, id->seq);
}

std::optional<Offset> parse_entry_id_at_most(std::string_view text) {
  const auto id = parse_id(text);
  if (!id) return std::nullopt;
  return is_beyond(*id) ? newest_entry_id : Offset::of_entry(id->ms, id->seq);
}

std::string format_entry_id(Offset offset) {
  assert(offset >= Offset{0});
  return std::to_string(offset.entry_ms()) + '-' + std::to_string(offset.entry_seq());
}

}  // namespace sidestream::redis
