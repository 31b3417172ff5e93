// The memory that tables of addresses take after very many addresses, as the allocator counts it.
#include <gtest/gtest.h>
#include <malloc.h>

#include "sidecar/http/limits/limits.hpp"

namespace sidestream {
namespace {

constexpr int no_socket = -1;

std::size_t allocated() {
  const auto stats = ::mallinfo2();
  return stats.uordblks + stats.hblkhd;
}

TEST(AddressTables, TakeAtMostEightMiBFor200000Addresses) {
  const auto before = allocated();
  Limits limits(16 * 1024 * 1024, Logger());
  const auto held = limits.streams.take(AddressKey{1}, AddressQuota::no_limit);
  const RateLimit::Clock::time_point now{std::chrono::hours(1)};
  for (std::uint64_t number = 1; number <= 200'000; ++number) {
    const AddressKey key{number};
    const auto stream = limits.streams.take(key, AddressQuota::no_limit);
    const auto connection = limits.connections.admit(key, no_socket, 1000);
    const auto head = limits.heads.take(key, 4096);
    const auto body = limits.bodies.take(key, 4096);
    ASSERT_TRUE(stream && connection.connection && head && body) << number;
    limits.publishes.take(number, 1, 10, now);
    limits.replays.charge(number, 1000, 1000, now);
  }
  const auto added = allocated() - before;
  RecordProperty("bytes", std::to_string(added));
  EXPECT_LE(added, 8u * 1024 * 1024);
  EXPECT_EQ(limits.streams.held(AddressKey{1}), 1u) << "what is held stays counted";
}

}  // namespace
}  // namespace sidestream
