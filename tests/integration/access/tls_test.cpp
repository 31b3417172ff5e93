// TLS on both ports.

#include <gtest/gtest.h>

#include "tests/integration/access/harness/tls_bridge.hpp"
#include "tests/integration/proxy/harness/app.hpp"
#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/sidecar.hpp"
#include "tests/support/harness/temp_dir.hpp"
#include "tests/support/harness/wait.hpp"

namespace e2e {
namespace {

class Tls : public testing::Test {
 protected:
  Tls() { make_certificate(path(), "server", "first"); }

  std::string path() const { return folder_.path(); }
  std::string keys(const std::string& more = {}) const {
    return "{ certificate: " + path() + "/server.crt, key: " + path() + "/server.key" + more + " }";
  }
  Config config(const std::string& more = {}) const {
    return {.server = {"tls: " + keys(more), "heartbeat: 200ms"},
            .connectors = {"local: { embedded: {} }"},
            .topics = {"t: { from: local, publish: true }"}};
  }

  TempDir folder_;
};

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

TEST_F(Tls, TellsPlainHttpSo) {
  Sidecar sidecar(config());
  const Response answer = get(sidecar.streams(), "/events/t");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("https://"), std::string::npos);
}

TEST_F(Tls, UsesAChangedCertificateForTheNextHandshake) {
  Sidecar sidecar(config());
  TlsBridge bridge(sidecar.streams());
  EventStream stream(bridge.address(), "/events/t");
  stream.control("stream-open");
  EXPECT_EQ(bridge.subject(), "/CN=first");
  make_certificate(path(), "server", "second");
  EXPECT_TRUE(eventually([&] {
    get(bridge.address(), "/events/none");
    return bridge.subject() == "/CN=second";
  }));
  EXPECT_EQ(post(bridge.address(), "/events/t", "still open").status, 201);
  EXPECT_EQ(stream.record().data, "still open");
}

TEST_F(Tls, KeepsTheOldCertificateWhereTheNewOneDoesNotFit) {
  Sidecar sidecar(config());
  TlsBridge bridge(sidecar.streams());
  make_certificate(path(), "other", "other");
  std::filesystem::copy_file(path() + "/other.crt", path() + "/server.crt",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(eventually([&] {
    get(bridge.address(), "/events/none");
    return sidecar.log().find("the new certificate can't be used") != std::string::npos;
  }));
  EXPECT_EQ(bridge.subject(), "/CN=first");
  std::filesystem::copy_file(path() + "/other.key", path() + "/server.key",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(eventually([&] {
    get(bridge.address(), "/events/none");
    return bridge.subject() == "/CN=other";
  }));
}

TEST_F(Tls, DemandsCertificatesOfClients) {
  make_certificate(path(), "client", "client", "clientAuth");
  make_certificate(path(), "wrong", "wrong", "serverAuth");
  // Each is its own authority.
  const std::string both = path() + "/authorities.pem";
  ASSERT_EQ(
      std::system(("cat " + path() + "/client.crt " + path() + "/wrong.crt > " + both).c_str()), 0);
  Sidecar sidecar(config(", client_ca: " + both));
  TlsBridge known(sidecar.streams(), {path() + "/client.crt", path() + "/client.key"});
  EventStream(known.address(), "/events/t").control("stream-open");
  TlsBridge without(sidecar.streams());
  EXPECT_THROW(get(without.address(), "/events/t"), WireError);
  TlsBridge for_servers(sidecar.streams(), {path() + "/wrong.crt", path() + "/wrong.key"});
  EXPECT_THROW(get(for_servers.address(), "/events/t"), WireError);
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
}

TEST_F(Tls, OfManySilentClientsDoesNotKeepOthersOut) {
  Sidecar sidecar(config());
  std::vector<HttpConnection> silent;
  for (int i = 0; i < 200; ++i) silent.emplace_back(sidecar.streams());
  TlsBridge bridge(sidecar.streams());
  EXPECT_EQ(get(bridge.address(), "/events/none").status, 404);
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
