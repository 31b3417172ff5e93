#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/kafka_connector.hpp"

namespace sidestream {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> check(std::map<std::string, std::string> properties) {
  properties.try_emplace("bootstrap.servers", "127.0.0.1:9092");
  return check_kafka_properties(properties);
}

TEST(KafkaProperties, AcceptsCommonProperties) {
  EXPECT_THAT(check({}), IsEmpty());
  EXPECT_THAT(check({{"security.protocol", "sasl_ssl"},
                     {"sasl.mechanisms", "SCRAM-SHA-512"},
                     {"sasl.username", "alice"},
                     {"sasl.password", "secret"},
                     {"client.id", "mine"},
                     {"compression.type", "lz4"},
                     {"queued.max.messages.kbytes", "8192"}}),
              IsEmpty());
}

TEST(KafkaProperties, RequiresBrokers) {
  EXPECT_THAT(check_kafka_properties({}), ElementsAre(StartsWith("bootstrap.servers: ")));
  EXPECT_THAT(check({{"bootstrap.servers", " , "}}),
              ElementsAre(StartsWith("bootstrap.servers: ")));
  EXPECT_THAT(check_kafka_properties({{"metadata.broker.list", "kafka:9092"}}), IsEmpty());
}

TEST(KafkaProperties, SuggestsTheNearestNameForAnUnknownOne) {
  EXPECT_THAT(
      check({{"sasl.mechanism.s", "PLAIN"}}),
      ElementsAre(AllOf(StartsWith("sasl.mechanism.s: "), HasSubstr("\"sasl.mechanisms\""))));
  EXPECT_THAT(check({{"bootstrp.servers", "x:1"}}),
              ElementsAre(HasSubstr("did you mean \"bootstrap.servers\"?")))
      << "it has no default";
  EXPECT_THAT(
      check({{"no.such.thing.at.all", "1"}}),
      ElementsAre(AllOf(StartsWith("no.such.thing.at.all: "), Not(HasSubstr("did you mean")))));
}

TEST(KafkaProperties, NamesABadValue) {
  EXPECT_THAT(check({{"socket.timeout.ms", "soon"}}),
              ElementsAre(AllOf(StartsWith("socket.timeout.ms: "), HasSubstr("soon"))));
  EXPECT_THAT(check({{"security.protocol", "magic"}}),
              ElementsAre(StartsWith("security.protocol: ")));
}

TEST(KafkaProperties, RefusesOwnedProperties) {
  for (const auto* name : {"group.id", "enable.auto.commit", "auto.offset.reset", "isolation.level",
                           "acks", "enable.idempotence", "message.timeout.ms", "partitioner"}) {
    EXPECT_THAT(check({{name, "1"}}),
                ElementsAre(AllOf(StartsWith(std::string(name) + ": "), HasSubstr("remove it"))))
        << name;
  }
}

TEST(KafkaProperties, ReportsAllProblems) {
  EXPECT_EQ(
      check_kafka_properties({{"group.id", "x"}, {"sokcet.timeout.ms", "1"}, {"linger.ms", "x"}})
          .size(),
      4u);
}

TEST(KafkaProperties, ReportsErrorsOfClientCreation) {
  EXPECT_THAT(check({{"security.protocol", "ssl"}, {"ssl.ca.location", "/no/such/file.pem"}}),
              ElementsAre(HasSubstr("ssl.ca.location")));
  EXPECT_THAT(check({{"receive.message.max.bytes", "1000"}}),
              ElementsAre(HasSubstr("receive.message.max.bytes")));
}

TEST(KafkaProperties, NeverShowsASecret) {
  for (const auto* name : {"ssl.key.pem", "sasl.password", "ssl.key.password"}) {
    for (const auto& text : check({{name, "hunter2"}, {"security.protocol", "ssl"}})) {
      EXPECT_THAT(text, Not(HasSubstr("hunter2"))) << name;
    }
  }
}

TEST(KafkaProperties, ShowsAHiddenValueAsItIsWritten) {
  const std::map<std::string, std::string> properties{{"bootstrap.servers", "h:1"},
                                                      {"socket.timeout.ms", "hunter2"}};
  EXPECT_THAT(check_kafka_properties(properties, {{"socket.timeout.ms", "\"${PW}\""}}),
              ElementsAre("socket.timeout.ms: librdkafka refuses \"${PW}\""));
}

}  // namespace
}  // namespace sidestream
