#include "sidecar/http/proxy/lenient_head.hpp"

#include <algorithm>

namespace sidestream {
namespace {

constexpr std::string_view prefix = "HTTP/1.";
constexpr std::size_t code_end = prefix.size() + 5;  // "HTTP/1.1 200"

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct HeadEnd {
  std::size_t size = 0;  // with the empty line; 0: the head is incomplete
  bool bare_lf = false;
};

HeadEnd find_end(std::string_view text) {
  HeadEnd end;
  for (auto lf = text.find('\n'); lf != std::string_view::npos; lf = text.find('\n', lf + 1)) {
    end.bare_lf = end.bare_lf || lf == 0 || text[lf - 1] != '\r';
    const auto next = text.substr(lf + 1);
    if (next.starts_with('\n')) return {lf + 2, true};
    if (next.starts_with("\r\n")) return {lf + 3, end.bare_lf};
  }
  return end;
}

// The status line without its line end.
bool is_status_line(std::string_view line) {
  return line.size() >= code_end && line.starts_with(prefix) && is_digit(line[prefix.size()]) &&
         line[prefix.size() + 1] == ' ' && is_digit(line[code_end - 3]) &&
         is_digit(line[code_end - 2]) && is_digit(line[code_end - 1]);
}

bool is_canonical(std::string_view status_line) {
  return status_line[prefix.size()] <= '1' && status_line.size() > code_end;
}

std::string canonical_line(std::string_view line) {
  std::string text(line);
  if (text[prefix.size()] > '1') text[prefix.size()] = '1';
  if (text.size() == code_end) text += ' ';
  return text;
}

}  // namespace

bool is_partial_head(std::string_view received) {
  const auto size = std::min(received.size(), prefix.size());
  return received.substr(0, size) == prefix.substr(0, size) && find_end(received).size == 0;
}

std::optional<CanonicalHead> canonicalize_head(std::string_view received) {
  const HeadEnd end = find_end(received);
  const auto without_cr = [](std::string_view line) {
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  };
  const auto first = without_cr(received.substr(0, received.find('\n')));
  if (end.size == 0 || !is_status_line(first)) return std::nullopt;
  if (!end.bare_lf && is_canonical(first)) return std::nullopt;
  CanonicalHead head;
  head.size = end.size;
  head.text = canonical_line(first) + "\r\n";
  auto rest = received.substr(received.find('\n') + 1);
  rest = rest.substr(0, end.size - (received.size() - rest.size()));
  while (!rest.empty()) {
    const auto lf = rest.find('\n');
    head.text.append(without_cr(rest.substr(0, lf))).append("\r\n");
    rest.remove_prefix(lf + 1);
  }
  return head;
}

}  // namespace sidestream
