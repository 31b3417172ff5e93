#pragma once
// One JSON Web Key (RFC 7517) of a key set.
//
// Thread: any.

#include <boost/json/object.hpp>

#include "sidecar/auth/token/key.hpp"

namespace sidestream {

// `kty` is `oct`: a secret has no place in a key set, so it is ignored.
bool is_secret(const boost::json::object& jwk);

// Private parts are ignored, as are certificates (`x5c`, `x5u`).
// Errors: a type, curve or size that isn't supported; `use`, `key_ops` or `alg` says that the key
// is for something else; an invalid key.
KeyResult<TokenKey> parse_jwk(const boost::json::object& jwk);

}  // namespace sidestream
