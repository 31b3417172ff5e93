#pragma once
// What questions and replies of a run say. A reply is a function of its question's name, so all
// workers give the same one: pieces `word` numbered from 1, then one piece `done`, or `cancelled`
// earlier, with the number of words before it.
//
// Thread: any.

#include <optional>
#include <string>
#include <string_view>

namespace e2e::faults {

// The body of a question begins with its name; the rest tries the quoting of all that it passes.
std::string question_body(const std::string& name);
std::string name_in(std::string_view body);
int words_of(std::string_view name);

inline bool is_end(std::string_view event) { return event == "done" || event == "cancelled"; }

struct Piece {
  std::string question;
  int number = 0;
};
std::string to_text(const Piece& piece);
std::optional<Piece> parse_piece(std::string_view text);

}  // namespace e2e::faults
