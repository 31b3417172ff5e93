#include "sidecar/auth/rules/fill.hpp"

#include <algorithm>

namespace sidestream {
namespace {

constexpr std::size_t texts_max = 1000;

// What one piece can stand for. Empty: it can't be filled.
std::vector<std::string> texts_of(const ValuePiece& piece, const FillSource& source) {
  switch (piece.kind) {
    case ValuePiece::Kind::text:
      return {piece.text};
    case ValuePiece::Kind::claim:
      return source.claims ? source.claims->values(piece.text) : std::vector<std::string>();
    case ValuePiece::Kind::parameter:
      break;
  }
  const auto named = [&](const auto& parameter) { return parameter.first == piece.text; };
  const auto found = std::ranges::find_if(source.parameters, named);
  if (found == source.parameters.end() || found->second.empty()) return {};
  return {found->second};
}

}  // namespace

std::optional<std::vector<std::string>> fill(const ValuePattern& pattern,
                                             const FillSource& source) {
  std::vector<std::string> filled{{}};
  for (const ValuePiece& piece : pattern.pieces) {
    const std::vector<std::string> texts = texts_of(piece, source);
    if (texts.empty() || filled.size() * texts.size() > texts_max) return std::nullopt;
    std::vector<std::string> longer;
    for (const std::string& begin : filled)
      for (const std::string& text : texts) longer.push_back(begin + text);
    filled = std::move(longer);
  }
  return filled;
}

std::optional<std::vector<std::string>> fill_all(std::span<const ValuePattern> patterns,
                                                 const FillSource& source) {
  std::vector<std::string> all;
  for (const ValuePattern& pattern : patterns) {
    auto filled = fill(pattern, source);
    if (!filled) return std::nullopt;
    std::ranges::move(*filled, std::back_inserter(all));
  }
  return all;
}

}  // namespace sidestream
