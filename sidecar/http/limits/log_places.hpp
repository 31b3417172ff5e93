#pragma once
// The logs that addresses have opened through templates: an open log holds a place of the address
// that opened it (server.limits.logs_per_address).
//
// Thread: any. Its quota lives as long as the last open log that holds a place.

#include <cstdint>
#include <memory>

#include "sidecar/http/client/address_key.hpp"
#include "sidecar/http/limits/address_quota.hpp"
#include "sidecar/stream/open_logs.hpp"

namespace sidestream {

class LogPlaces {
 public:
  // For OpenLogs::enter(). `limit`: 0: none. Logs of topics that are no templates take no place.
  TakeLogPlace taker(const Topic& topic, AddressKey address, std::uint64_t limit) const;
  const AddressQuota& quota() const { return *quota_; }

 private:
  const std::shared_ptr<AddressQuota> quota_ = std::make_shared<AddressQuota>();
};

}  // namespace sidestream
