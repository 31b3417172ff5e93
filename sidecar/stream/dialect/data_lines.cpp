#include "sidecar/stream/dialect/data_lines.hpp"

#include <algorithm>

namespace sidestream {
namespace {

constexpr std::string_view breaks_field = ":breaks=";
constexpr std::string_view data_field = "data: ";

// Calls line(text, terminator) for each line; the last has no terminator. CR and LF are looked for by
// themselves: find_first_of() would look at every character by a call.
template <class Line>
void split(std::string_view text, Line&& line) {
  std::size_t begin = 0;
  std::size_t lf = text.find('\n');
  std::size_t cr = text.find('\r');
  while (true) {
    const std::size_t end = std::min(lf, cr);
    if (end == std::string_view::npos) return line(text.substr(begin), std::string_view());
    const std::size_t next = end + (end == cr && lf == cr + 1 ? 2 : 1);
    line(text.substr(begin, end - begin), text.substr(end, next - end));
    begin = next;
    if (lf < begin) lf = text.find('\n', begin);
    if (cr < begin) cr = text.find('\r', begin);
  }
}

char letter_of(std::string_view terminator) {
  return terminator.size() == 2 ? 'b' : terminator[0] == '\r' ? 'r' : 'n';
}

std::string_view terminator_of(char letter) {
  return letter == 'b' ? "\r\n" : letter == 'r' ? "\r" : "\n";
}

}  // namespace

bool append_data_lines(std::string& out, std::string_view text) {
  bool only_lf = true;
  split(text, [&](std::string_view line, std::string_view terminator) {
    out.append(data_field).append(line).append("\n");
    if (!terminator.empty() && terminator[0] == '\r') only_lf = false;
  });
  return only_lf;
}

std::string breaks_of(std::string_view text) {
  std::string breaks;
  split(text, [&](std::string_view, std::string_view terminator) {
    if (!terminator.empty()) breaks += letter_of(terminator);
  });
  return breaks;
}

void append_breaks(std::string& out, std::string_view breaks) {
  if (!breaks.empty()) out.append(breaks_field).append(breaks).append("\n");
}

bool DataReader::take(std::string_view line) {
  if (line.starts_with(breaks_field)) {
    breaks_ = line.substr(breaks_field.size());
    return true;
  }
  if (!line.starts_with(data_field)) return false;
  if (has_data_) {
    text_ += breaks_.empty() ? "\n" : terminator_of(breaks_.front());
    if (!breaks_.empty()) breaks_.remove_prefix(1);
  }
  has_data_ = true;
  text_ += line.substr(data_field.size());
  return true;
}

void DataReader::clear() {
  text_.clear();
  breaks_ = {};
  has_data_ = false;
}

}  // namespace sidestream
