// TLS on both ports.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/integration/access/harness/tls_bridge.hpp"
#include "tests/integration/access/harness/tls_fixture.hpp"
#include "tests/integration/access/harness/tls_socket.hpp"
#include "tests/integration/proxy/harness/app.hpp"
#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/wait.hpp"

namespace e2e {
namespace {

using Tls = TlsFixture;

double handshakes(const Sidecar& sidecar, const std::string& result) {
  return sidecar.metrics().sum("sidestream_tls_handshakes_total", {"result=\"" + result + "\""});
}

TEST_F(Tls, CarriesStreamsAndPublishes) {
  Sidecar sidecar(config());
  TlsBridge bridge(sidecar.streams());
  EventStream stream(bridge.address(), "/events/t");
  stream.control("stream-open");
  EXPECT_EQ(post(bridge.address(), "/events/t", "hello").status, 201);
  EXPECT_EQ(stream.record().data, "hello");
  stream.heartbeat();
  EXPECT_EQ(bridge.version(), "TLSv1.3");
  EXPECT_EQ(bridge.alpn(), "http/1.1");
  EXPECT_NE(sidecar.log().find(R"("streams_tls":true)"), std::string::npos);
  EXPECT_NE(sidecar.log().find(R"("admin_tls":false)"), std::string::npos);
}

TEST_F(Tls, CarriesLargeRecordsAndReplaysWhole) {
  Sidecar sidecar(config());
  TlsBridge bridge(sidecar.streams());
  std::vector<std::string> values;
  for (int i = 0; i < 20; ++i) values.push_back(std::string(300'000, static_cast<char>('a' + i)));
  EventStream live(bridge.address(), "/events/t");
  live.control("stream-open");
  for (const auto& value : values)
    ASSERT_EQ(post(bridge.address(), "/events/t", value).status, 201);
  EventStream replayed(bridge.address(), "/events/t?from=earliest");
  for (const auto& value : values) {
    EXPECT_TRUE(live.record().data == value);
    EXPECT_TRUE(replayed.record().data == value);
  }
}

TEST_F(Tls, CarriesTheAppsAnswersAndBodies) {
  Listener listener("tcp");
  App app(listener);
  Config with_app = config();
  with_app.server.push_back("upstream: { url: \"" + listener.url() + "\" }");
  Sidecar sidecar(with_app);
  TlsBridge bridge(sidecar.streams());
  const std::string body(3'000'000, 'b');
  const Response answer = post(bridge.address(), "/app", body);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(app.last().body.size(), body.size());
  EXPECT_EQ(app.last().value("X-Forwarded-Proto"), "https");
}

// A preflight, or a method that OpenSSL does not know, must get the answer too.
TEST_F(Tls, TellsPlainHttpSoForEveryMethod) {
  Sidecar sidecar(config());
  for (const std::string method : {"GET", "POST", "OPTIONS", "DELETE", "PATCH"}) {
    const Response answer =
        fetch(sidecar.streams(),
              {.target = "/events/t", .method = method, .body = std::string(50'000, 'b')});
    EXPECT_EQ(answer.status, 400) << method;
    EXPECT_NE(answer.body.find("https://"), std::string::npos) << method;
  }
  EXPECT_EQ(handshakes(sidecar, "plain_http"), 5);
}

// An unfinished record must not make the server look for the rest without end.
TEST_F(Tls, WaitsForTheRestOfARecordWithoutWork) {
  Sidecar sidecar(config());
  TlsSocket client(sidecar.streams());
  client.send("GET /events/t HTTP/1.1\r\nHost: t\r\n\r\n");
  std::string bytes;
  ASSERT_TRUE(client.receive_until(bytes, "stream-open"));
  client.send_raw(std::string("\x17\x03\x03", 3));
  const auto cpu_seconds = [&] { return sidecar.metrics().sum("process_cpu_seconds_total"); };
  const double before = cpu_seconds();
  std::this_thread::sleep_for(1s);
  EXPECT_LT(cpu_seconds() - before, 0.6);
  TlsBridge bridge(sidecar.streams());
  EXPECT_EQ(post(bridge.address(), "/events/t", "still open").status, 201);
  EXPECT_TRUE(client.receive_until(bytes, "still open"));
}

TEST_F(Tls, RefusesClientsThatSpeakOtherProtocolsAlone) {
  Sidecar sidecar(config());
  TlsBridge http2(sidecar.streams(), {.http2_only = true});
  EXPECT_THROW(get(http2.address(), "/events/none"), WireError);
}

TEST_F(Tls, DemandsCertificatesOfClients) {
  make_certificate(path(), "client", "client", {.usage = "clientAuth"});
  make_certificate(path(), "wrong", "wrong", {.usage = "serverAuth"});
  make_certificate(path(), "any", "any", {.usage = ""});
  // Each is its own authority.
  const std::string all = path() + "/authorities.pem";
  ASSERT_EQ(std::system(("cat " + path() + "/client.crt " + path() + "/wrong.crt " + path() +
                         "/any.crt > " + all)
                            .c_str()),
            0);
  Sidecar sidecar(config(", client_ca: " + all));
  TlsBridge known(sidecar.streams(), {path() + "/client.crt", path() + "/client.key"});
  EventStream(known.address(), "/events/t").control("stream-open");
  TlsBridge without(sidecar.streams());
  EXPECT_THROW(get(without.address(), "/events/t"), WireError);
  TlsBridge for_servers(sidecar.streams(), {path() + "/wrong.crt", path() + "/wrong.key"});
  EXPECT_THROW(get(for_servers.address(), "/events/t"), WireError);
  TlsBridge for_no_use(sidecar.streams(), {path() + "/any.crt", path() + "/any.key"});
  EXPECT_THROW(get(for_no_use.address(), "/events/t"), WireError);
  EXPECT_TRUE(eventually([&] { return handshakes(sidecar, "client_certificate") == 3; }));
  EXPECT_TRUE(eventually([&] {
    return sidecar.log().find("peer did not return a certificate") != std::string::npos;
  }));
}

TEST_F(Tls, RefusesVersionsBelowTheLeast) {
  Sidecar sidecar(config(", min_version: \"1.3\""));
  TlsBridge old(sidecar.streams(), {.version_max = TLS1_2_VERSION});
  EXPECT_THROW(get(old.address(), "/events/none"), WireError);
  TlsBridge fresh(sidecar.streams());
  EXPECT_EQ(get(fresh.address(), "/events/none").status, 404);
}

TEST_F(Tls, EndsHandshakesThatDoNotEnd) {
  Sidecar sidecar(config());
  HttpConnection silent(sidecar.streams());
  TlsBridge bridge(sidecar.streams());
  EXPECT_EQ(get(bridge.address(), "/events/none").status, 404);
  EXPECT_TRUE(silent.closes(15s * patience));
  EXPECT_TRUE(eventually([&] { return handshakes(sidecar, "timed_out") == 1; }));
}

TEST_F(Tls, OfManySilentClientsDoesNotKeepOthersOut) {
  Sidecar sidecar(config());
  std::vector<HttpConnection> silent;
  for (int i = 0; i < 200; ++i) silent.emplace_back(sidecar.streams());
  TlsBridge bridge(sidecar.streams());
  EXPECT_EQ(get(bridge.address(), "/events/none").status, 404);
}

// Of /proc/net/tls_stat: connections that the kernel encrypts, since its start.
long kernel_tls_senders() {
  std::ifstream stats("/proc/net/tls_stat");
  long all = 0;
  for (std::string name, count; stats >> name >> count;)
    if (name == "TlsTxSw" || name == "TlsTxDevice") all += std::stol(count);
  return all;
}

TEST_F(Tls, LeavesTheEncryptionOfStreamsToTheKernel) {
  std::ifstream file("/proc/sys/net/ipv4/tcp_available_ulp");
  const std::string protocols((std::istreambuf_iterator<char>(file)), {});
  if (protocols.find("tls") == std::string::npos)
    GTEST_SKIP() << "the kernel offers no TLS, only: " << protocols;
  Sidecar sidecar(config());
  const long before = kernel_tls_senders();
  TlsSocket reader(sidecar.streams());
  reader.send("GET /events/t HTTP/1.1\r\nHost: t\r\n\r\n");
  std::string received;
  ASSERT_TRUE(reader.receive_until(received, "stream-open"));
  EXPECT_GT(kernel_tls_senders(), before);
  TlsBridge publisher(sidecar.streams());
  const std::string large(300'000, 'x');
  ASSERT_EQ(post(publisher.address(), "/events/t", large).status, 201);
  EXPECT_TRUE(reader.receive_until(received, large));
}

TEST_F(Tls, OfTheAdminPortIsItsOwn) {
  Config admin = config();
  admin.server = {"admin_tls: " + keys()};
  Sidecar sidecar(admin);
  TlsBridge bridge(sidecar.admin());
  EXPECT_EQ(get(bridge.address(), "/readyz").status, 200);
  EventStream(sidecar.streams(), "/events/t").control("stream-open");
}

}  // namespace
}  // namespace e2e
