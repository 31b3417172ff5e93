#pragma once
// A text with placeholders that each request fills: `user-{user}`, `{claims.tenant}`. Pure.
//
// Thread: any. Errors: sentences that never contain the text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/settings/parsed.hpp"

namespace sidestream {

struct ValuePiece {
  enum class Kind : std::uint8_t { text, parameter, claim };
  Kind kind = Kind::text;
  std::string text;  // the literal text, or the name of the path's parameter or of the claim

  friend bool operator==(const ValuePiece&, const ValuePiece&) = default;
};

struct ValuePattern {
  std::vector<ValuePiece> pieces;  // never empty

  // Whether it has a placeholder of this kind.
  bool has(ValuePiece::Kind kind) const;
  friend bool operator==(const ValuePattern&, const ValuePattern&) = default;
};

Parsed<ValuePattern> parse_value_pattern(std::string_view text);

}  // namespace sidestream
