// Redis over TLS, with a CA and certificates created by `openssl` for the test.
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "connectors/redis/redis_connector.hpp"
#include "tests/integration/connectors/recording.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace sidestream::test {
namespace {

// A CA, and a server certificate for "localhost" and 127.0.0.1 signed by it; another CA.
class Certificates {
 public:
  explicit Certificates(std::filesystem::path folder) : folder_(std::move(folder)) {
    run("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem");
    run("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other-ca -keyout x.key -out x.pem");
    run("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr"
        " -addext subjectAltName=DNS:localhost,IP:127.0.0.1");
    run("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
        "-copy_extensions copy"
        " -out server.pem");
  }
  std::string file(const char* name) const { return folder_ / name; }

 private:
  void run(const std::string& arguments) const {
    const auto command = "cd '" + folder_.string() + "' && openssl " + arguments + " 2>openssl.log";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl " + arguments);
  }
  std::filesystem::path folder_;
};

// A server with a plain port for the test and a TLS port for the connector.
class RedisTlsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RedisServer::is_installed()) GTEST_SKIP() << "no redis-server on this machine";
    certificates.emplace(keys.folder());
    server.emplace(std::vector<std::string>{
        "--bind", "127.0.0.1", "127.0.0.2", "--tls-auth-clients", "no", "--tls-cert-file",
        certificates->file("server.pem"), "--tls-key-file", certificates->file("server.key")});
    server->start();
    port = std::to_string(free.port());
    server->client().call({"CONFIG", "SET", "tls-port", port});
  }

  std::unique_ptr<Connector> connect(const std::string& host, const std::string& ca) {
    auto connector = make_redis_connector(
        "cache",
        {.host = host, .port = static_cast<std::uint16_t>(std::stoi(port)), .tls = true, .ca = ca},
        Logger());
    connector->start();
    return connector;
  }
  bool is_refused(Connector& connector, const std::string& why) {
    return eventually([&] {
      const auto detail = connector.probe().detail();
      return !connector.probe().is_up() && detail.find(why) != std::string::npos;
    });
  }

  RedisServer keys, free;  // not started: a folder and a free port
  std::optional<Certificates> certificates;
  std::optional<RedisServer> server;
  std::string port;
};

}  // namespace

TEST_F(RedisTlsTest, ReadsAndAppends) {
  for (const char* host : {"localhost", "127.0.0.1"}) {
    const auto connector = connect(host, certificates->file("ca.pem"));
    RecordingSink sink;
    const auto log = std::string("s-") + host;
    auto tail = connector->tail(log, {Offset{0}}, sink);
    const std::string large(3'000'000, 'x');
    for (const auto& value : {std::string("small"), large, std::string("last")}) {
      ASSERT_TRUE(
          ask<Published>([&](auto done) { connector->publish(log, {.value = value}, done); }));
    }
    ASSERT_TRUE(sink.wait_records(3));
    EXPECT_TRUE(sink.records()[1].value == large);
    EXPECT_TRUE(eventually([&] { return connector->probe().is_up(); }));
    tail.reset();
    connector->stop();
  }
}

TEST_F(RedisTlsTest, RejectsACertificateOfAnotherCa) {
  const auto connector = connect("localhost", certificates->file("x.pem"));
  EXPECT_TRUE(is_refused(*connector, "certificate rejected")) << connector->probe().detail();
  const auto system = connect("localhost", "");
  EXPECT_TRUE(is_refused(*system, "certificate rejected")) << system->probe().detail();
}

TEST_F(RedisTlsTest, RejectsACertificateForAnotherHost) {
  const auto connector = connect("127.0.0.2", certificates->file("ca.pem"));
  EXPECT_TRUE(is_refused(*connector, "IP address mismatch")) << connector->probe().detail();
}

TEST_F(RedisTlsTest, ReportsAnUnreadableCaFile) {
  const auto connector = connect("localhost", certificates->file("none.pem"));
  EXPECT_TRUE(is_refused(*connector, "cannot read the CA certificate"))
      << connector->probe().detail();
}

TEST_F(RedisTlsTest, ServesWhatWaitedOnceTheCertificateIsTrusted) {
  const auto ca = certificates->file("mine.pem");
  std::filesystem::copy_file(certificates->file("x.pem"), ca);
  const auto connector = connect("localhost", ca);
  Answer<LogExtent> start;
  connector->extent("s", start.callback());
  RecordingSink sink;
  const auto tail = connector->tail("s", {Offset{0}}, sink);
  ASSERT_TRUE(is_refused(*connector, "certificate rejected"));
  EXPECT_FALSE(start.ready());
  std::filesystem::copy_file(certificates->file("ca.pem"), ca,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(start.get());
  ASSERT_TRUE(eventually([&] { return connector->probe().is_up(); }));
  EXPECT_EQ(connector->probe().detail(), "");
  ASSERT_TRUE(ask<Published>([&](auto done) { connector->publish("s", {.value = "v"}, done); }));
  EXPECT_TRUE(sink.wait_records(1));
}

TEST_F(RedisTlsTest, ReportsAServerWithoutTls) {
  port = std::to_string(server->port());
  const auto connector = connect("localhost", certificates->file("ca.pem"));
  EXPECT_TRUE(is_refused(*connector, "TLS handshake")) << connector->probe().detail();
}

}  // namespace sidestream::test
