#include "sidecar/settings/path_pattern.hpp"

#include <algorithm>

namespace sidestream {

namespace {

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view value_punctuation = "_.~@-";
constexpr std::size_t text_max = 1024;

bool is_of(std::string_view text, std::string_view more) {
  return std::ranges::all_of(text, [more](char c) {
    return letters_and_digits.find(c) != std::string_view::npos ||
           more.find(c) != std::string_view::npos;
  });
}

bool is_parameter_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && is_of(name, "_");
}

constexpr std::string_view name_help =
    "the name between { and } must be 1 to 32 letters, digits and _";

std::string check_segment(std::string_view segment) {
  if (segment.empty()) return "has an empty segment (two slashes, or one at the end); remove it";
  if (segment == "." || segment == "..")
    return "has a segment . or .., which clients resolve; remove it";
  if (segment.find_first_of("?#") != std::string_view::npos)
    return "has a query or fragment; write only the path";
  if (segment.find('%') != std::string_view::npos)
    return "has a percent escape; write segments of letters, digits and -._~!$&'()*+,;=:@";
  if (segment.find_first_of("{}") != std::string_view::npos)
    return "has a { or } within a segment; a parameter is a whole segment, like /chat/{session}";
  if (!is_of(segment, "-._~!$&'()*+,;=:@"))
    return "has an invalid character; write letters, digits and -._~!$&'()*+,;=:@";
  return {};
}

Parsed<Piece> parse_segment(std::string_view segment) {
  const bool parameter = segment.size() >= 2 && segment.front() == '{' && segment.back() == '}' &&
                         segment.find('{', 1) == std::string_view::npos &&
                         segment.find('}') == segment.size() - 1;
  if (!parameter) return {{false, std::string(segment)}, check_segment(segment)};
  const std::string_view name = segment.substr(1, segment.size() - 2);
  if (!is_parameter_name(name)) return {{}, "has an invalid parameter: " + std::string(name_help)};
  return {{true, std::string(name)}, {}};
}

// Whether two parameters have no character between them that their values can't contain.
std::string check_separated(const Pieces& pieces) {
  const Piece* last = nullptr;  // parameter without a separator so far
  for (const Piece& piece : pieces) {
    if (piece.parameter && last)
      return "has two parameters that are not separated, so two requests could name the same log; "
             "put a "
             "character other than letters, digits and -_.~@ between them, like :";
    if (piece.parameter)
      last = &piece;
    else if (!is_of(piece.text, value_punctuation))
      last = nullptr;
  }
  return {};
}

}  // namespace

bool is_parameter_value(std::string_view text) {
  return !text.empty() && text.size() <= 128 && text != "." && text != ".." &&
         is_of(text, value_punctuation);
}

Parsed<Pieces> parse_path(std::string_view text) {
  if (!text.starts_with('/')) return {{}, "must start with /"};
  if (text == "/") return {{}, "is the root; a topic's path has at least one segment"};
  if (text.size() > text_max) return {{}, "is longer than 1024 characters"};
  Pieces pieces;
  std::string_view rest = text;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    Parsed<Piece> piece = parse_segment(rest.substr(0, end));
    if (!piece.error.empty()) return {{}, piece.error};
    if (piece.value.parameter && std::ranges::find(pieces, piece.value) != pieces.end())
      return {{}, "has two parameters with the same name"};
    pieces.push_back(std::move(piece.value));
    rest.remove_prefix(end);
  }
  return {std::move(pieces), {}};
}

Parsed<Pieces> parse_log_name(std::string_view text) {
  if (text.size() > text_max) return {{}, "is longer than 1024 characters"};
  Pieces pieces;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t brace = std::min(rest.find_first_of("{}"), rest.size());
    if (brace > 0) pieces.push_back({false, std::string(rest.substr(0, brace))});
    rest.remove_prefix(brace);
    if (rest.empty()) break;
    const std::size_t end = rest.find('}');
    if (rest[0] == '}' || end == std::string_view::npos)
      return {{}, "has an unbalanced { or }; write a parameter like {session}"};
    const std::string_view name = rest.substr(1, end - 1);
    if (!is_parameter_name(name))
      return {{}, "has an invalid parameter: " + std::string(name_help)};
    pieces.push_back({true, std::string(name)});
    rest.remove_prefix(end + 1);
  }
  std::string error = check_separated(pieces);
  return {std::move(pieces), std::move(error)};
}

std::vector<std::string_view> parameters_of(const Pieces& pieces) {
  std::vector<std::string_view> names;
  for (const Piece& piece : pieces)
    if (piece.parameter) names.push_back(piece.text);
  return names;
}

bool can_match_the_same(const Pieces& a, const Pieces& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].parameter && b[i].parameter) continue;
    const bool same = a[i].parameter   ? is_parameter_value(b[i].text)
                      : b[i].parameter ? is_parameter_value(a[i].text)
                                       : a[i].text == b[i].text;
    if (!same) return false;
  }
  return true;
}

}  // namespace sidestream
