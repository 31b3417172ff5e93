#pragma once
// Strict base64url (RFC 4648, 5): no padding, no other characters, unused bits are zero.
//
// Thread: any.

#include <optional>
#include <string>
#include <string_view>

namespace sidestream {

// Nothing: `text` is not what an encoder writes.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace sidestream
