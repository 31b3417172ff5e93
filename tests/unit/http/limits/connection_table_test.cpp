#include "sidecar/http/limits/connection_table.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace sidestream {
namespace {

constexpr AddressKey a{1}, b{2}, c{3};
constexpr int no_socket = -1;

class Connections : public testing::Test {
 protected:
  // The connection, or null: the newcomer was refused.
  Connection* open(AddressKey key, std::uint64_t limit) {
    auto admission = table_.admit(key, no_socket, limit);
    evicted_ = admission.evicted;
    if (!admission.connection) return nullptr;
    return open_.emplace_back(std::move(admission.connection)).get();
  }
  Connection* open_busy(AddressKey key, std::uint64_t limit) {
    Connection* const connection = open(key, limit);
    if (connection) connection->begin_request();
    return connection;
  }

  ConnectionTable table_;
  std::vector<std::unique_ptr<Connection>> open_;
  std::optional<AddressKey> evicted_;
};

TEST_F(Connections, AreAdmittedUpToTheLimit) {
  EXPECT_TRUE(open(a, 2));
  EXPECT_TRUE(open(b, 2));
  EXPECT_FALSE(evicted_);
  EXPECT_EQ(table_.connections(), 2u);
}

TEST_F(Connections, GiveTheirPlacesBack) {
  open_busy(a, 9);
  open(a, 9);
  open(b, 9);
  open_.clear();
  EXPECT_EQ(table_.connections(), 0u);
  EXPECT_EQ(table_.addresses(), 0u);
}

TEST_F(Connections, OfTheAddressThatHoldsMostMakeRoomForANewcomer) {
  open(b, 4);
  Connection* const oldest = open(a, 4);
  Connection* const second = open(a, 4);
  open(b, 4);
  open(b, 5);  // b holds most
  EXPECT_TRUE(open(c, 5));
  EXPECT_EQ(evicted_, b);
  Connection* const third = open(a, 6);
  EXPECT_FALSE(evicted_);
  EXPECT_TRUE(open(c, 6));
  EXPECT_EQ(evicted_, a) << "which holds three now";
  EXPECT_FALSE(oldest->begin_request());
  EXPECT_TRUE(second->begin_request());
  EXPECT_TRUE(third->begin_request());
  EXPECT_EQ(table_.connections(), 6u);
}

TEST_F(Connections, WithARequestUnderWayAreNeverEvicted) {
  for (int i = 0; i < 3; ++i) open_busy(a, 4);
  Connection* const idle = open(b, 4);
  EXPECT_TRUE(open_busy(c, 4));
  EXPECT_EQ(evicted_, b) << "a holds more, but none of it is idle";
  EXPECT_FALSE(idle->begin_request());
  EXPECT_FALSE(open(c, 4)) << "all are busy";
  EXPECT_FALSE(evicted_);
  EXPECT_EQ(table_.connections(), 4u);
}

TEST_F(Connections, AreIdleAgainAfterTheirRequest) {
  Connection* const first = open_busy(a, 2);
  Connection* const second = open_busy(a, 2);
  second->end_request();
  first->end_request();
  EXPECT_TRUE(open(b, 2));
  EXPECT_FALSE(second->begin_request()) << "it was idle for longest";
  EXPECT_TRUE(first->begin_request());
}

TEST_F(Connections, StayCountedWhenAStreamTakesTheirPlace) {
  std::optional<ConnectionPlace> stream = open_busy(a, 1)->take_place();
  open_.clear();
  EXPECT_EQ(table_.connections(), 1u);
  EXPECT_FALSE(open(b, 1));
  stream.reset();
  EXPECT_TRUE(open(b, 1));
}

TEST_F(Connections, CountForTheAddressOfTheirPROXYHeader) {
  Connection* const named = open(a, 4);
  open(a, 4);
  named->set_address(b);
  Connection* const other = open(b, 4);
  other->begin_request();
  Connection* const third = open(b, 4);
  EXPECT_TRUE(open(c, 4));
  EXPECT_EQ(evicted_, b);
  EXPECT_FALSE(named->begin_request());
  EXPECT_TRUE(third->begin_request());
  EXPECT_EQ(table_.addresses(), 3u);
}

TEST_F(Connections, EvictsOneByOneUntilNoneIsIdle) {
  for (int i = 0; i < 50; ++i) open(AddressKey{std::uint64_t(i % 5)}, 50);
  open_.front()->begin_request();
  for (int i = 0; i < 49; ++i) EXPECT_TRUE(table_.evict_one()) << i;
  EXPECT_FALSE(table_.evict_one());
  EXPECT_EQ(table_.connections(), 1u);
}

// A connection of the admin port.
TEST(Connection, WithoutAPlaceIsNeverEvicted) {
  Connection connection({}, no_socket);
  EXPECT_TRUE(connection.begin_request());
  connection.end_request();
  EXPECT_TRUE(connection.begin_request());
}

}  // namespace
}  // namespace sidestream
