#pragma once
// A person's name as a key of limits, in place of an address. Pure.
//
// Thread: any.

#include <string_view>

#include "sidecar/http/client/address_key.hpp"

namespace sidestream {

// Differs between processes, so that nobody can choose names that collide.
AddressKey subject_key(std::string_view subject);

}  // namespace sidestream
