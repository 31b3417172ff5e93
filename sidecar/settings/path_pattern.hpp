#pragma once
// Paths and log names with {parameters}, and whether two paths overlap. Pure.
//
//   path /chat/{session}   log chat:{session}
//
// A parameter is a whole segment of the path. Its value in a request must match
// [A-Za-z0-9_.~@-]{1,128} and be neither `.` nor `..`.
//
// Thread: any. Errors: sentences that never contain the text.

#include <string>
#include <string_view>
#include <vector>

#include "sidecar/settings/parsed.hpp"

namespace sidestream {

struct Piece {
  bool parameter = false;
  std::string text;  // the literal text, or the parameter's name

  friend bool operator==(const Piece&, const Piece&) = default;
};
using Pieces = std::vector<Piece>;

bool is_parameter_value(std::string_view text);

// One piece for each segment.
Parsed<Pieces> parse_path(std::string_view text);
// Literals and parameters in turn. Parameters must be separated by a character that their values
// can't contain; otherwise two requests could name the same log.
Parsed<Pieces> parse_log_name(std::string_view text);

// The names of the parameters, in order. Borrows the pieces.
std::vector<std::string_view> parameters_of(const Pieces& pieces);
std::vector<std::string_view> parameters_of(Pieces&&) = delete;

// Whether some request matches both paths.
bool can_match_the_same(const Pieces& a, const Pieces& b);

}  // namespace sidestream
