#pragma once
// The token of a request: where `token_from:` says that it stands. Pure.
//
// Thread: any.

#include <cstdint>
#include <span>
#include <string>

#include "sidecar/http/protocol/request.hpp"
#include "sidecar/settings/access_settings.hpp"

namespace sidestream {

struct Credential {
  enum class Kind : std::uint8_t {
    none,
    token,
    ambiguous,  // a source has two different values; of Authorization one of them may be none
  };
  Kind kind = Kind::none;
  std::string token;
  bool ticket = false;  // from the query: it must be short-lived, and only opens a stream
};

// The first source that is present counts. An empty value, or another scheme than Bearer in
// `authorization`, is none.
Credential find_credential(const Request& request, std::span<const TokenSource> sources);

}  // namespace sidestream
