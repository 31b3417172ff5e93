#include "sidecar/stream/id/event_id.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "sidecar/base/names.hpp"

namespace sidestream {
namespace {

template <class Int>
void append_number(std::string& out, Int n) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, n).ptr);
}

// Accepts only what append_number() writes: digits, no leading zero, in range.
template <class Int>
std::optional<Int> number(std::string_view text) {
  Int n{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  const bool plain =
      !text.empty() && text[0] >= '0' && text[0] <= '9' && (text[0] != '0' || text.size() == 1);
  if (!plain || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

std::optional<Offset> parse_entry(std::string_view id) {
  const auto dash = id.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto ms = number<std::uint64_t>(id.substr(0, dash));
  const auto seq = number<std::uint64_t>(id.substr(dash + 1));
  // The two greatest have no place; Redis gives them out last of all.
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  if (!ms || !seq || (*ms == most && *seq >= most - 1)) return std::nullopt;
  return Offset::of_entry(*ms, *seq);
}

std::optional<Offset> parse_integer(std::string_view text) {
  if (text == "-1") return Offset::of(-1);
  const auto n = number<std::int64_t>(text);
  // No broker assigns the largest number: it has no successor.
  if (!n || *n == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return Offset::of(*n);
}

// 0.42~1.17~2.-1: all partitions from 0 on, in order.
std::optional<Position> parse_vector(std::string_view id) {
  Position position;
  while (true) {
    const auto tilde = id.find('~');
    const auto item = id.substr(0, tilde);
    const auto dot = item.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto partition = number<std::uint32_t>(item.substr(0, dot));
    const auto offset = parse_integer(item.substr(dot + 1));
    if (!partition || *partition != position.size() || !offset) return std::nullopt;
    position.push_back(*offset);
    if (tilde == std::string_view::npos) return position;
    id.remove_prefix(tilde + 1);
  }
}

std::optional<Position> parse_integers(std::string_view id) {
  if (id.find('.') != std::string_view::npos) return parse_vector(id);
  const auto offset = id == "-1" ? std::nullopt : parse_integer(id);
  if (!offset) return std::nullopt;
  return Position{*offset};
}

}  // namespace

bool is_id_text(std::string_view text) {
  constexpr std::string_view others = ".~_-";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

std::string format_offset(OffsetFormat format, Offset offset) {
  std::string out;
  if (format == OffsetFormat::entry) {
    append_number(out, offset.entry_ms());
    out += '-';
    append_number(out, offset.entry_seq());
  } else {
    append_number(out, offset.number());
  }
  return out;
}

void append_position(std::string& out, OffsetFormat format, const Position& position) {
  if (format == OffsetFormat::entry) {
    append_number(out, position[0].entry_ms());
    out += '-';
    append_number(out, position[0].entry_seq());
    return;
  }
  if (position.size() == 1 && position[0] >= Offset{0}) {
    append_number(out, position[0].number());
    return;
  }
  for (std::size_t p = 0; p < position.size(); ++p) {
    if (p > 0) out += '~';
    append_number(out, p);
    out += '.';
    append_number(out, position[p].number());
  }
}

std::string format_position(OffsetFormat format, const Position& position) {
  std::string out;
  append_position(out, format, position);
  return out;
}

ParsedId parse_position(OffsetFormat format, std::string_view id) {
  const auto entry = parse_entry(id);
  const auto integers = parse_integers(id);
  if (format == OffsetFormat::entry && entry) return {Position{*entry}};
  if (format == OffsetFormat::integer && integers) return {*integers};
  const bool other = entry || integers || is_composite(id);
  return {std::nullopt, other ? ResetReason::other_topic : ResetReason::garbage};
}

bool is_composite(std::string_view id) { return parse_composite(id).has_value(); }

std::optional<IdParts> parse_composite(std::string_view id) {
  IdParts parts;
  while (true) {
    const auto end = id.find("~~");
    const auto item = id.substr(0, end);
    const auto tilde = item.find('~');
    if (tilde == std::string_view::npos || !is_name(item.substr(0, tilde))) return std::nullopt;
    parts.emplace_back(item.substr(0, tilde), item.substr(tilde + 1));
    if (end == std::string_view::npos) return parts;
    id.remove_prefix(end + 2);
  }
}

std::string_view id_part(std::string_view id, std::string_view topic) {
  const auto parts = parse_composite(id);
  if (!parts) return id;
  for (const auto& [name, part] : *parts) {
    if (name == topic) return part;
  }
  return {};
}

void append_composite(std::string& out, std::string_view topic, std::string_view id) {
  if (!out.empty()) out += "~~";
  out.append(topic).append("~").append(id);
}

}  // namespace sidestream
