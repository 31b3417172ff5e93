#include "sidecar/settings/value_pattern.hpp"

#include <algorithm>
#include <utility>

namespace sidestream {
namespace {

constexpr std::size_t text_max = 1024;
constexpr std::string_view claim_prefix = "claims.";

void add_text(ValuePattern& pattern, std::string_view text) {
  if (pattern.pieces.empty() || pattern.pieces.back().kind != ValuePiece::Kind::text)
    pattern.pieces.push_back({});
  pattern.pieces.back().text += text;
}

bool is_parameter_name(std::string_view name) {
  const auto part_of_name = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, part_of_name);
}

// `name`: between the braces. Returns the error.
std::string add_placeholder(ValuePattern& pattern, std::string_view name) {
  if (name.starts_with(claim_prefix)) {
    name.remove_prefix(claim_prefix.size());
    if (name.empty()) return "has {claims.} without the name of a claim; write {claims.NAME}";
    pattern.pieces.push_back({ValuePiece::Kind::claim, std::string(name)});
    return {};
  }
  if (!is_parameter_name(name))
    return "has an invalid placeholder; write {parameter} of the path, {claims.NAME}, or {{ and }} "
           "for braces";
  pattern.pieces.push_back({ValuePiece::Kind::parameter, std::string(name)});
  return {};
}

}  // namespace

bool ValuePattern::has(ValuePiece::Kind kind) const {
  return std::ranges::any_of(pieces,
                             [kind](const ValuePiece& piece) { return piece.kind == kind; });
}

Parsed<ValuePattern> parse_value_pattern(std::string_view text) {
  if (text.empty()) return {{}, "is empty; write the value to match"};
  if (text.size() > text_max) return {{}, "exceeds 1024 bytes; write a shorter value"};
  ValuePattern pattern;
  while (!text.empty()) {
    const std::size_t brace = std::min(text.find_first_of("{}"), text.size());
    if (brace > 0) add_text(pattern, text.substr(0, brace));
    text.remove_prefix(brace);
    if (text.empty()) break;
    if (text.size() > 1 && text[1] == text[0]) {
      add_text(pattern, text.substr(0, 1));
      text.remove_prefix(2);
      continue;
    }
    const std::size_t end = text.find('}', 1);
    if (text[0] == '}' || end == std::string_view::npos)
      return {{}, "has a brace without its counterpart; write {{ and }} for braces"};
    std::string error = add_placeholder(pattern, text.substr(1, end - 1));
    if (!error.empty()) return {{}, std::move(error)};
    text.remove_prefix(end + 1);
  }
  return {std::move(pattern), {}};
}

}  // namespace sidestream
