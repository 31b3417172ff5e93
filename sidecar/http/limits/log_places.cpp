#include "sidecar/http/limits/log_places.hpp"

#include <optional>
#include <utility>

namespace sidestream {
namespace {

struct Held {
  std::shared_ptr<AddressQuota> quota;  // outlives the place
  AddressPlace place;
};

}  // namespace

TakeLogPlace LogPlaces::taker(const Topic& topic, AddressKey address, std::uint64_t limit) const {
  if (!topic.settings.is_template()) return [] { return LogPlace(); };
  const std::uint64_t most = limit > 0 ? limit : AddressQuota::no_limit;
  return [quota = quota_, address, most]() -> std::optional<LogPlace> {
    auto place = quota->take(address, most);
    if (!place) return std::nullopt;
    return std::make_shared<const Held>(Held{quota, std::move(*place)});
  };
}

}  // namespace sidestream
