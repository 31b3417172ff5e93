#include "tests/system/faults/ask/pieces.hpp"

#include <charconv>

namespace e2e::faults {
namespace {

constexpr int least_words = 5;
constexpr unsigned more_words = 40;

}  // namespace

std::string question_body(const std::string& name) {
  return name + " \"Wie spät\\ist es?\"\r\n\tdata: {}";
}

std::string name_in(std::string_view body) { return std::string(body.substr(0, body.find(' '))); }

int words_of(std::string_view name) {
  unsigned sum = 0;
  for (const char c : name) sum = sum * 31 + static_cast<unsigned char>(c);
  return least_words + static_cast<int>(sum % more_words);
}

std::string to_text(const Piece& piece) {
  return piece.question + " " + std::to_string(piece.number);
}

std::optional<Piece> parse_piece(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  Piece piece{std::string(text.substr(0, blank))};
  const auto [end, error] =
      std::from_chars(text.data() + blank + 1, text.data() + text.size(), piece.number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return piece;
}

}  // namespace e2e::faults
