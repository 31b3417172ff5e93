#pragma once
// Finds RSA keys of a broken generator.

struct bignum_st;

namespace sidestream {

// The modulus has the structure of Infineon's RSALib (CVE-2017-15361, "ROCA"): its factors can be
// computed from the public key. A sound key has it with a probability of 2^-27.
// Thread: any.
bool has_roca_structure(const bignum_st* modulus);

}  // namespace sidestream
