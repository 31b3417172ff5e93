// Brokers that cannot be reached or refuse the connection, and partitions without a leader.
#include "tests/integration/connectors/kafka_refusals/certificates.hpp"
#include "tests/integration/connectors/kafka_refusals/refusals_fixture.hpp"

namespace sidestream::test {
namespace {

using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;

}  // namespace

class KafkaConnection : public KafkaRefusals {
 protected:
  void expect_down(const std::string& reason) {
    const auto& probe = connector().probe();
    EXPECT_TRUE(eventually([&] {
      return !probe.is_up() && probe.detail().find(reason) != std::string::npos;
    })) << probe.detail();
  }
  void expect_up() {
    EXPECT_TRUE(eventually([&] { return connector().probe().is_up() && detail().empty(); }))
        << detail();
  }
  // All four activities wait or fail; returns what must be answered after the recovery.
  void expect_nothing_works(const std::string& topic) {
    connector().extent(topic, held_.callback());
    const auto asked = std::chrono::steady_clock::now();
    const auto failed = publish(topic);
    EXPECT_EQ(failed.error(), Errc::unavailable) << failed.error().message();
    EXPECT_LT(std::chrono::steady_clock::now() - asked, publish_timeout + seconds(1));
    EXPECT_FALSE(held_.ready());
  }
  void expect_all_works(const std::string& topic) {
    expect_up();
    EXPECT_TRUE(held_.get().has_value());
    EXPECT_TRUE(eventually([&] { return publish(topic).has_value(); }));
    EXPECT_TRUE(read(topic, 0).has_value());
    RecordingSink sink;
    auto tail = connector().tail(topic, {Offset{}}, sink);
    EXPECT_TRUE(sink.wait_records(1));
  }

 private:
  Answer<LogExtent> held_;
};

TEST_F(KafkaConnection, IsDownWhileTheAdvertisedAddressIsUnreachable) {
  const auto topic = new_topic();
  auto& broker = cluster().first();
  connect_with({{"bootstrap.servers", broker.link_address()}});
  expect_down("broker 1 at 127.0.0.1:1 is unreachable");
  EXPECT_THAT(detail(), AllOf(HasSubstr("since 20"), HasSubstr("refused")));
  expect_nothing_works(topic);
  EXPECT_EQ(lines().count({"broker unreachable", "1 at 127.0.0.1:1", "refused"}), 1u);
  EXPECT_LE(lines().count({"no broker can be reached"}), 1u);
  const auto address = broker.link_address();
  cluster().restart_first(address.substr(address.rfind(':') + 1), Certificates::get().valid());
  expect_all_works(topic);
}

TEST_F(KafkaConnection, SignsInWithThePasswordThatWasCorrected) {
  const auto topic = new_topic();
  acls().allow(topic, RD_KAFKA_ACL_OPERATION_READ);
  acls().allow(topic, RD_KAFKA_ACL_OPERATION_WRITE);
  connect_as_alice("hunter2-wrong");
  expect_down("uthentication failed");
  expect_nothing_works(topic);
  EXPECT_EQ(lines().text().find("hunter2"), std::string::npos);
  EXPECT_EQ(detail().find("hunter2"), std::string::npos);
  EXPECT_EQ(lines().count({"no broker answers", "uthentication failed"}), 1u);
  connector().take_login("alice", "secret");
  expect_all_works(topic);
}

TEST_F(KafkaConnection, NamesAnUnknownCertificateAuthority) {
  const auto tls = [&](const std::string& ca) {
    return std::map<std::string, std::string>{
        {"bootstrap.servers", cluster().first().tls_address()},
        {"security.protocol", "ssl"},
        {"ssl.ca.location", ca}};
  };
  const auto topic = new_topic();
  connect_with(tls(Certificates::get().other_ca()));
  expect_down("certificate verify failed");
  EXPECT_LE(lines().count({"no broker answers"}), 2u) << "the cause was not known yet";
  EXPECT_EQ(lines().count({"no broker answers", "certificate verify failed"}), 1u);
  connect_with(tls(Certificates::get().ca()));
  expect_up();
  EXPECT_TRUE(extent(topic).has_value());
}

TEST_F(KafkaConnection, ConnectsOnceAnExpiredCertificateIsReplaced) {
  const auto topic = new_topic();
  cluster().restart_first("1", Certificates::get().expired());
  connect_with({{"bootstrap.servers", cluster().first().tls_address()},
                {"security.protocol", "ssl"},
                {"ssl.ca.location", Certificates::get().ca()}});
  expect_down("certificate");
  expect_nothing_works(topic);
  cluster().restart_first("1", Certificates::get().valid());
  expect_all_works(topic);
}

// Partition 1 is on node 2 alone; the other topic needs both nodes for a write.
TEST_F(KafkaConnection, NamesPartitionsWithoutALeaderAndServesTheOthers) {
  cluster().second();
  const auto topic = new_topic({{1}, {2}});
  const auto safe = new_topic({{1, 2}}, {{"min.insync.replicas", "2"}});
  const auto alone = new_topic({{2}});
  produce(topic, 10, "v", 0);
  produce(topic, 10, "v", 1);
  connect();
  ASSERT_TRUE(publish(alone).has_value());
  RecordingSink sink;
  auto tail = connector().tail(topic, {Offset::of(9), Offset::of(9)}, sink);
  cluster().second().kill();
  expect_refused(Activity::live, topic, "partition 1: no leader");
  const auto partial = extent(topic);
  ASSERT_TRUE(partial.has_value());
  EXPECT_EQ(partial->unknown, std::vector<Partition>{1});
  EXPECT_EQ(partial->partitions[0].last, Offset::of(9));
  expect_refused(Activity::start, topic, "partition 1: no leader");
  EXPECT_EQ(extent(alone).error(), Errc::unavailable);
  EXPECT_EQ(read(topic, 9, 0).value(), Offset::of(9));
  EXPECT_EQ(read(topic, 9, 1).error(), Errc::refused);
  expect_refused(Activity::replay, topic, "partition 1: no leader");
  produce(topic, 5, "w", 0);
  EXPECT_TRUE(sink.wait_records(5)) << "partition 0 goes on";

  const auto nowhere = publish(alone);
  EXPECT_EQ(nowhere.error(), Errc::unavailable) << nowhere.error().message();
  EXPECT_THAT(nowhere.error().message(), HasSubstr("no leader"));
  expect_refused(Activity::publish, alone, "no leader");
  const auto few = publish(safe);
  EXPECT_EQ(few.error(), Errc::unavailable) << few.error().message();
  EXPECT_THAT(few.error().message(), HasSubstr("in sync"));
  expect_refused(Activity::publish, safe, "in sync");

  cluster().second().start();
  EXPECT_TRUE(eventually([&] { return publish(alone).has_value(); }));
  EXPECT_TRUE(eventually([&] { return publish(safe).has_value(); }));
  EXPECT_TRUE(eventually([&] { return extent(topic).value().unknown.empty(); }));
  EXPECT_TRUE(eventually([&] { return read(topic, 9, 1) == Offset::of(9); }));
  produce(topic, 5, "w", 1);
  EXPECT_TRUE(sink.wait_records(10));
  expect_over(Activity::start, topic);
  expect_served(Activity::live, topic);
  expect_over(Activity::replay, topic);
  expect_served(Activity::publish, alone);
  expect_served(Activity::publish, safe);
  EXPECT_TRUE(sink.losses().empty());
}

}  // namespace sidestream::test
