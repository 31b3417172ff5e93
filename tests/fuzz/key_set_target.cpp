// Key sets, as key servers and files have them: JSON or PEM.

#include <string>

#include "sidecar/auth/token/cache_control.hpp"
#include "sidecar/auth/token/key_set.hpp"
#include "tests/fuzz/check.hpp"

namespace fuzz {
namespace {

using sidestream::TokenAlgorithm;

// Its algorithms are of one family, none of them for secrets, and no signature is made up.
void check_key(const sidestream::TokenKey& key, std::string_view text) {
  int fits = 0;
  for (int i = 0; i <= static_cast<int>(TokenAlgorithm::eddsa); ++i) {
    const auto algorithm = static_cast<TokenAlgorithm>(i);
    if (!key.fits(algorithm)) continue;
    ++fits;
    require(!sidestream::is_symmetric(algorithm), "no public key is a secret", text);
    for (const std::string& signature :
         {std::string(), std::string(64, '\0'), std::string(256, 'x')}) {
      require(!key.verify(algorithm, text, signature), "no such signature", text);
    }
  }
  require(fits >= 1 && fits <= 6, "a key is for something", text);
  require(key.fits_kid({}), "a token without kid fits any key", text);
}

}  // namespace

void check_key_set(Input input) {
  const std::string text(input.rest());
  static_cast<void>(sidestream::parse_max_age(text));
  const auto set = sidestream::KeySet::parse(text);
  if (!set) {
    require(!set.error().text.empty(), "the error says why", text);
    return;
  }
  require(!set->keys().empty() && set->keys().size() <= sidestream::KeySet::keys_max,
          "one to a hundred keys", text);
  for (const auto& key : set->keys()) {
    check_key(key, text);
    require(set->contains(key.id()), "each is found by its id", text);
  }
  require(set->same_keys(*set), "a set is like itself", text);
}

}  // namespace fuzz
