#pragma once
// Texts that no output may show. They are found in any form: cut, in base64 at any alignment, in
// base64url, in hex, and percent-encoded.
//
// Thread: one at a time.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace e2e {

class Secrets {
 public:
  // A part of `piece` characters counts as the secret.
  static constexpr std::size_t piece = 12;

  // Requires: `text` is not shorter than a piece. Answers `text`.
  std::string add(const std::string& name, const std::string& text);
  // Payload and signature; the header is equal in all tokens.
  std::string add_token(const std::string& name, const std::string& token);

  // Names of those that `output` shows, each with its surroundings.
  std::vector<std::string> found_in(std::string_view output) const;

 private:
  struct Needle {
    std::string name;
    std::string text;  // lower case
  };
  void add_pieces(const std::string& name, const std::string& form);

  std::vector<Needle> needles_;
};

// Other spellings of the same bytes, without padding. For the tests of Secrets.
std::string base64_of(std::string_view bytes);
std::string hex_of(std::string_view bytes);
// Each byte that is not a letter, a digit, '-', '_' or '.'.
std::string percent_encoded(std::string_view bytes);

}  // namespace e2e
