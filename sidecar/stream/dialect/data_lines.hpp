#pragma once
// The data of an event as `data:` lines, and back. Pure.
//
// Readers of event streams see CR, LF and CRLF as LF. Other dialects give the original text. For
// them the breaks of a text with CRs are kept beside its lines, a letter each: n for LF, r for CR,
// b for both.
//
//   "a\r\nb\nc"   ->   data: a        and the breaks "bn"
//                      data: b
//                      data: c

#include <string>
#include <string_view>

namespace sidestream {

// Each CR, LF and CRLF in `text` starts a new line. Returns whether the text has LF only.
bool append_data_lines(std::string& out, std::string_view text);
std::string breaks_of(std::string_view text);

// Appends a line that says how the lines of data that follow break. Within the process only:
// no client gets it. Nothing for empty breaks.
void append_breaks(std::string& out, std::string_view breaks);

// Puts a text together from the lines of one block.
class DataReader {
 public:
  // Takes a line without its LF, if it is of data or breaks. Returns whether it is.
  bool take(std::string_view line);
  void set_breaks(std::string_view breaks) { breaks_ = breaks; }
  // There was at least one line of data.
  bool has_data() const { return has_data_; }
  const std::string& text() const { return text_; }
  void clear();

 private:
  std::string text_;
  std::string_view breaks_;  // that are left; valid as long as the block
  bool has_data_ = false;
};

}  // namespace sidestream
