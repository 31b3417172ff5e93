// Secrets and certificates that change on the disk are those of the next connection to the broker.
// The test's names hold Redis's, so that runs without brokers leave them out.

#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/ops/harness/operated.hpp"
#include "tests/integration/ops/harness/redis_process.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

// A reader that comes back whenever it is sent away.
class Follower {
 public:
  explicit Follower(const Address& address) : address_(address), stream_(address, "/events/t") {
    stream_.control("stream-open");
  }
  Event record(Clock::duration within = 15s * patience) {
    for (const Deadline deadline(within); !deadline.passed();) {
      while (auto event = stream_.maybe_next(20ms)) {
        if (is_notice(*event)) throw WireError(event->name + " " + event->data);
        if (!event->is_control()) return *event;
      }
      if (stream_.end() != EventStream::End::open) {
        stream_ = EventStream::resume(address_, "/events/t", stream_.last_id());
      }
    }
    throw WireError("no record in time");
  }

 private:
  Address address_;
  EventStream stream_;
};

bool is_up(Operated& sidecar) {
  return sidecar.metrics().sum("sidestream_connector_up", {"connector=\"cache\""}) == 1;
}

TEST(ReloadRedisSecret, UsesARotatedPasswordForTheNextConnection) {
  RedisProcess server({"--requirepass", "first-secret"});
  auto client = server.client("first-secret");
  Operated sidecar({.connectors = {"cache: { redis: { url: \"redis://" + server.address().text() +
                                   "\", password: \"file:password\" } }"},
                    .topics = {"t: { from: cache, stream: s }"}},
                   {.way = Operated::Way::swap, .secrets = {{"password", "first-secret"}}});
  Follower reader(sidecar.streams());
  std::string password = "first-secret";
  for (const std::string next : {"second-secret", "third-secret\n"}) {
    client.command({"XADD", "s", "*", "data", "before " + next});
    EXPECT_EQ(reader.record().data.substr(0, 12), "before " + next.substr(0, 5));
    password = next.substr(0, next.find('\n'));
    client.command({"CONFIG", "SET", "requirepass", password});
    sidecar.secrets["password"] = next;
    sidecar.apply_unasked();  // the file itself is the same
    client.command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    client.command({"XADD", "s", "*", "data", "after " + next});
    EXPECT_EQ(reader.record().data.substr(0, 11), "after " + next.substr(0, 5));
    EXPECT_TRUE(eventually([&] { return is_up(sidecar); }));
  }
  EXPECT_EQ(sidecar.process().output().find("-secret"), std::string::npos)
      << "a secret stands in the log";
}

// The order in which it really happens is not always that of the book.
TEST(ReloadRedisSecret, ReconnectsWhenThePasswordArrivesLater) {
  RedisProcess server({"--requirepass", "first"});
  auto client = server.client("first");
  Operated sidecar({.connectors = {"cache: { redis: { url: \"redis://" + server.address().text() +
                                   "\", password: \"file:password\" } }"},
                    .topics = {"t: { from: cache, stream: s }"}},
                   {.way = Operated::Way::swap, .secrets = {{"password", "first"}}});
  Follower reader(sidecar.streams());
  EXPECT_TRUE(eventually([&] { return is_up(sidecar); }));
  client.command({"CONFIG", "SET", "requirepass", "second"});
  client.command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  client.command({"XADD", "s", "*", "data", "meanwhile"});
  EXPECT_TRUE(eventually([&] { return !is_up(sidecar); }));
  sidecar.secrets["password"] = "second";
  sidecar.apply_unasked();
  EXPECT_EQ(reader.record().data, "meanwhile");
}

TEST(ReloadRedisCertificate, UsesAReplacedCaForTheNextConnection) {
  TempDir keys;
  make_certificates(keys.path().string(), "one");
  make_certificates(keys.path().string(), "two");
  const auto read = [&](const std::string& name) {
    std::ifstream file(keys.file(name));
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const auto port = free_port();
  const auto tls = [&](const std::string& name) {
    return std::vector<std::string>{"--tls-port",         std::to_string(port),
                                    "--tls-auth-clients", "no",
                                    "--tls-cert-file",    keys.file(name + "-server.pem"),
                                    "--tls-key-file",     keys.file(name + "-server.key")};
  };
  const auto ca = keys.write("ca.pem", read("one.pem"));
  RedisProcess server(tls("one"));
  server.client().command({"XADD", "s", "1-1", "data", "one"});
  Operated sidecar({.connectors = {"cache: { redis: { url: \"rediss://127.0.0.1:" +
                                   std::to_string(port) + "\", ca: \"" + ca + "\" } }"},
                    .topics = {"t: { from: cache, stream: s, start: earliest }"}});
  Follower reader(sidecar.streams());
  EXPECT_EQ(reader.record().data, "one");

  keys.write("ca.pem", read("two.pem"));
  server.stop();
  server.start(tls("two"));
  server.client().command({"XADD", "s", "1-1", "data", "one"});
  server.client().command({"XADD", "s", "2-1", "data", "two"});
  EXPECT_EQ(reader.record().data, "two");

  // The other way round: the server first, which is then not believed until the file has changed.
  server.stop();
  server.start(tls("one"));
  for (const std::string word : {"one", "two", "three"}) {
    server.client().command({"XADD", "s",
                             (word == "one"   ? "1-1"
                              : word == "two" ? "2-1"
                                              : "3-1"),
                             "data", word});
  }
  EXPECT_TRUE(eventually([&] { return !is_up(sidecar); }));
  keys.write("ca.pem", read("one.pem"));
  EXPECT_EQ(reader.record().data, "three");
}

}  // namespace
}  // namespace e2e
