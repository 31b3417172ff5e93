#include "sidecar/settings/problems.hpp"

#include <algorithm>
#include <tuple>

#include "sidecar/base/hex.hpp"
#include "sidecar/base/hidden_texts.hpp"

namespace sidestream {

namespace {

constexpr std::size_t shown_max = 80;

// Cuts at a character boundary.
std::string_view shortened(std::string_view text) {
  if (text.size() <= shown_max) return text;
  std::size_t end = shown_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

std::string one_line(std::string_view text) {
  const std::string_view part = shortened(text);
  std::string out;
  for (const char c : part) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
    } else {
      out += "\\x";
      append_hex(out, byte);
    }
  }
  return part.size() == text.size() ? out : out + "...";
}

std::string in_quotes(std::string_view text) { return '"' + one_line(text) + '"'; }

// A URL may lack its scheme by mistake, and a password may hold any character.
std::string without_user_info(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return std::string(text);
  const std::size_t scheme = text.substr(0, at).find("://");
  const std::size_t from = scheme == std::string_view::npos ? 0 : scheme + 3;
  const bool is_user_info = from > 0 || text.substr(0, at).find(':') != std::string_view::npos;
  if (!is_user_info) return std::string(text);
  return std::string(text.substr(0, from)).append(shown_secret).append(text.substr(at));
}

std::string join_path(std::string_view parent, std::string_view key) {
  const std::string name = key.empty() ? in_quotes(key) : one_line(key);
  return parent.empty() ? name : std::string(parent) + '.' + name;
}

void Problems::add(Mark at, std::string_view path, std::string_view text) {
  std::string whole(path);
  if (!path.empty()) whole += ": ";
  whole += text;
  all_.push_back({at, std::move(whole)});
}

std::vector<std::string> Problems::lines() const {
  const auto place = [](const Problem& p) { return std::tie(p.at.line, p.at.column); };
  std::vector<Problem> sorted = all_;
  std::ranges::stable_sort(sorted, {}, place);

  std::vector<std::string> out;
  for (const Problem& p : sorted) {
    std::string line = file_;
    if (p.at.line > 0) line += ':' + std::to_string(p.at.line) + ':' + std::to_string(p.at.column);
    line += ": " + p.text;
    // Repeats have the same location; two texts of one location may alternate.
    const auto from = out.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(out.size(), 8));
    if (std::find(from, out.end(), line) == out.end()) out.push_back(std::move(line));
  }
  if (out.size() > lines_max) {
    const auto rest = out.size() - lines_max;
    out.resize(lines_max);
    out.push_back(file_ + ": and " + std::to_string(rest) + " more");
  }
  return out;
}

}  // namespace sidestream
