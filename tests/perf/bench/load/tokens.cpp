// Tokens for the subscribers of bench_load.
//
//   bench_tokens KEY COUNT    writes the public key (PEM) to the file KEY, and COUNT lines with a token
//                             of a person each (ES256, an hour) to standard output

#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/unit/auth/signing_key.hpp"

int main(int argc, char** argv) {
  using sidestream::test::KeyKind;
  using sidestream::test::SigningKey;
  unsigned count = 0;
  const std::string_view text = argc == 3 ? argv[2] : "";
  if (std::from_chars(text.data(), text.data() + text.size(), count).ec != std::errc()) {
    fprintf(stderr, "usage: bench_tokens KEY COUNT\n");
    return 2;
  }
  const SigningKey key(KeyKind::p256);
  std::ofstream(argv[1]) << key.pem();
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string exp = std::to_string(now.time_since_epoch().count() + 3600);
  for (unsigned i = 0; i < count; ++i) {
    const std::string claims = R"({"iss":"bench","aud":"bench","sub":"user-)" + std::to_string(i) +
                               R"(","exp":)" + exp + "}";
    printf("%s\n", key.token("ES256", claims).c_str());
  }
  return 0;
}
