#pragma once
// SHA-256 of OpenSSL.

#include <array>
#include <cstddef>
#include <string_view>

namespace sidestream {

using Sha256 = std::array<unsigned char, 32>;

// Thread: any.
Sha256 sha256(std::string_view bytes);

}  // namespace sidestream
