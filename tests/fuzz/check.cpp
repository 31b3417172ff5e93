#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <cctype>

namespace fuzz {
namespace {

constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    const bool ascii = static_cast<unsigned char>(c) < 0x80;
    return ascii && (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                     token_marks.find(c) != std::string_view::npos);
  });
}

bool ends_a_line(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::tolower(c) : c); });
  return out;
}

// The next line without its CRLF; takes it off `text`.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find("\r\n");
  require(end != std::string_view::npos, "each line of a head ends in CRLF", text);
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 2);
  require(std::none_of(line.begin(), line.end(), ends_a_line), "no CR, LF, NUL in a line", line);
  return line;
}

}  // namespace

unsigned Input::byte() {
  if (rest_.empty()) return 0;
  const auto first = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  return first;
}

void require(bool good, std::string_view rule, std::string_view seen) {
  if (!good) throw Broken("broken: " + std::string(rule) + "\n" + std::string(seen));
}

std::size_t Head::count(std::string_view lower_name) const {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(), [&](const auto& field) { return field.first == lower_name; }));
}

std::string Head::value(std::string_view lower_name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return field.first == lower_name; });
  return found == fields.end() ? std::string() : found->second;
}

std::vector<std::pair<std::string, std::string>> read_fields(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!text.empty()) {
    const auto line = take_line(text);
    const auto colon = line.find(": ");
    require(colon != std::string_view::npos, "a field is 'name: value'", line);
    require(is_token(line.substr(0, colon)), "a field's name is a token", line);
    fields.emplace_back(lower(line.substr(0, colon)), line.substr(colon + 2));
  }
  return fields;
}

Head read_head(std::string_view text) {
  Head head;
  head.first = take_line(text);
  head.fields = read_fields(text);
  return head;
}

void require_one_framing(const Head& head, std::string_view text) {
  const auto lengths = head.count("content-length"), codings = head.count("transfer-encoding");
  require(lengths <= 1, "at most one Content-Length", text);
  require(codings <= 1, "at most one Transfer-Encoding", text);
  require(lengths == 0 || codings == 0, "no Content-Length beside Transfer-Encoding", text);
  if (lengths == 1) {
    const auto length = head.value("content-length");
    require(!length.empty() && length.size() <= 20 &&
                length.find_first_not_of("0123456789") == std::string::npos,
            "a Content-Length is digits", text);
  }
  if (codings == 1) {
    require(head.value("transfer-encoding") == "chunked", "the only coding is chunked", text);
  }
}

}  // namespace fuzz
