#pragma once
// The places that an open stream holds.
//
// Thread: any.

#include <utility>

#include "sidecar/http/limits/address_quota.hpp"
#include "sidecar/http/limits/quota.hpp"

namespace sidestream {

struct StreamPlace {
  StreamPlace() = default;
  // Not explicit: a place among all streams is enough where addresses do not count.
  StreamPlace(Place a, AddressPlace o = {}) : among_all(std::move(a)), of_address(std::move(o)) {}

  Place among_all;
  AddressPlace of_address;
};

}  // namespace sidestream
