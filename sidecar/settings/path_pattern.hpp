#pragma once
// Paths and log names with {parameters}, and whether they can be told apart. Pure.
//
//   path /chat/{session}   log chat:{session}
//
// A parameter is a whole segment of the path. The value that a request gives to it is of
// [A-Za-z0-9_.~@-]{1,128} and neither `.` nor `..`.
//
// Thread: any. Errors: sentences that show nothing of the text.

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
// Literals and parameters in turn. Refuses parameters between which no character stands that their
// values can't contain, as two requests could then name one log.
Parsed<Pieces> parse_log_name(std::string_view text);

// The names of the parameters, in order.
std::vector<std::string_view> parameters_of(const Pieces& pieces);

// Whether some request matches both paths.
bool can_match_the_same(const Pieces& a, const Pieces& b);

}  // namespace sidestream
