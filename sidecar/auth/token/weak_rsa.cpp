#include "sidecar/auth/token/weak_rsa.hpp"

#include <openssl/bn.h>

#include <algorithm>
#include <array>

namespace sidestream {
namespace {

// The odd primes up to 167: RSALib's primes are powers of 65537 modulo each of them.
constexpr std::array<unsigned, 38> primes{
    3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
    73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

bool is_power_of_65537(unsigned value, unsigned prime) {
  unsigned power = 1;
  do {
    if (power == value) return true;
    power = power * 65537U % prime;
  } while (power != 1);
  return false;
}

}  // namespace

bool has_roca_structure(const BIGNUM* modulus) {
  return std::all_of(primes.begin(), primes.end(), [&](unsigned prime) {
    return is_power_of_65537(static_cast<unsigned>(BN_mod_word(modulus, prime)), prime);
  });
}

}  // namespace sidestream
