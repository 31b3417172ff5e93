#pragma once
// JSON Web Tokens of an issuer that the tests play, signed with a shared secret, and a
// configuration that accepts them.
//
// Thread: any.

#include <cstdint>
#include <string>

#include "tests/support/harness/sidecar.hpp"
#include "tests/support/harness/source.hpp"

namespace e2e {

inline constexpr const char* token_secret = "0123456789abcdef0123456789abcdef";

// The line of `access:` that accepts them. `more`: further keys of the issuer, ", leeway: 0s".
std::string accept_tokens(const std::string& more = ", leeway: 0s");

std::int64_t unix_now();

// `claims`: the members of the object besides iss, aud, iat and exp: `"sub": "alice"`.
std::string make_token(const std::string& claims, std::int64_t lifetime = 600);
// Of exactly this payload.
std::string sign_payload(const std::string& json, const std::string& secret = token_secret);

// The header with this token.
Headers bearer(const std::string& token);
// The header with a token for this person.
Headers signed_in(const std::string& subject, const std::string& more_claims = {},
                  std::int64_t lifetime = 600);

// What names the source's log in YAML, without other keys of a topic.
std::string log_key(const Source& source);

}  // namespace e2e
