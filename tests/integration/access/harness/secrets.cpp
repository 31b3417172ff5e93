#include "tests/integration/access/harness/secrets.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace e2e {
namespace {

// The same in every encoding of the text that begins 0, 1 or 2 bytes into a group of three.
constexpr std::size_t alignments = 3;
constexpr std::size_t unsure = 4;  // characters that depend on the neighbours of the text

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

std::string to_url_alphabet(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

}  // namespace

std::string base64_of(std::string_view bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned value = 0;
  int bits = 0;
  for (const char c : bytes) {
    value = (value << 8 | static_cast<unsigned char>(c)) & 0xffffu;
    for (bits += 8; bits >= 6; bits -= 6) out += alphabet[value >> (bits - 6) & 63u];
  }
  if (bits > 0) out += alphabet[value << (6 - bits) & 63u];
  return out;
}

std::string hex_of(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string percent_encoded(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (is_plain(c))
      out += c;
    else
      out += '%' + hex_of({&c, 1});
  }
  return out;
}

std::string Secrets::add(const std::string& name, const std::string& text) {
  if (text.size() < piece) throw std::invalid_argument("a secret that is too short: " + name);
  add_pieces(name, text);
  add_pieces(name + " in hex", hex_of(text));
  if (percent_encoded(text) != text) add_pieces(name + " percent-encoded", percent_encoded(text));
  for (std::size_t before = 0; before < alignments; ++before) {
    const std::string whole = base64_of(std::string(before, 'x') + text);
    const std::string sure = whole.substr(unsure, whole.size() - 2 * unsure);
    add_pieces(name + " in base64", sure);
    if (to_url_alphabet(sure) != sure) add_pieces(name + " in base64url", to_url_alphabet(sure));
  }
  return text;
}

std::string Secrets::add_token(const std::string& name, const std::string& token) {
  const auto first = token.find('.'), second = token.rfind('.');
  if (first == second) throw std::invalid_argument("no token: " + name);
  add("the payload of " + name, token.substr(first + 1, second - first - 1));
  add("the signature of " + name, token.substr(second + 1));
  return token;
}

// Every part of two pieces less one holds a whole one.
void Secrets::add_pieces(const std::string& name, const std::string& form) {
  const std::string text = lower(form);
  if (text.size() < piece) return;
  for (std::size_t at = 0; at + piece <= text.size(); at += piece)
    needles_.push_back({name, text.substr(at, piece)});
  needles_.push_back({name, text.substr(text.size() - piece)});
}

std::vector<std::string> Secrets::found_in(std::string_view output) const {
  constexpr std::size_t around = 80;
  const std::string text = lower(output);
  std::vector<std::string> found;
  std::string last;
  for (const Needle& needle : needles_) {
    const std::size_t at = text.find(needle.text);
    if (at == std::string::npos || needle.name == last) continue;
    last = needle.name;
    const std::size_t begin = at - std::min(at, around);
    found.push_back(needle.name + " (" + needle.text +
                    ") in: " + std::string(output.substr(begin, 2 * around + needle.text.size())));
  }
  return found;
}

}  // namespace e2e
