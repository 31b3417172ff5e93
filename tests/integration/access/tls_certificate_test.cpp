// Certificates that are replaced, do not fit, or have expired.

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "tests/integration/access/harness/tls_bridge.hpp"
#include "tests/integration/access/harness/tls_fixture.hpp"
#include "tests/integration/access/harness/tls_socket.hpp"
#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/wait.hpp"
#include "tests/support/harness/writer.hpp"

namespace e2e {
namespace {

using TlsCertificate = TlsFixture;

TEST_F(TlsCertificate, IsReplacedForTheNextHandshake) {
  Sidecar sidecar(config());
  for (const std::string subject : {"second", "third", "fourth"}) {
    make_certificate(path(), "server", subject);
    EXPECT_EQ(TlsSocket(sidecar.streams()).subject(), "/CN=" + subject);
  }
}

TEST_F(TlsCertificate, IsReplacedWithoutAnyClient) {
  Sidecar sidecar(config());
  make_certificate(path(), "server", "second");
  EXPECT_TRUE(eventually(
      [&] { return sidecar.log().find("the certificate was replaced") != std::string::npos; }));
}

TEST_F(TlsCertificate, IsReplacedUnderOpenStreams) {
  Sidecar sidecar(config());
  const auto count = static_cast<std::size_t>(1000 * load_scale());
  std::vector<TlsSocket> streams;
  std::vector<std::string> received(count);
  for (std::size_t i = 0; i < count; ++i) {
    streams.emplace_back(sidecar.streams());
    streams[i].send("GET /events/t HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(streams[i].receive_until(received[i], "stream-open"));
  }
  TlsBridge bridge(sidecar.streams());
  constexpr int records = 30;
  for (int i = 0; i < records; ++i) {
    if (i == records / 3) make_certificate(path(), "server", "second");
    const std::string value = "record-" + std::to_string(i) + ";";
    ASSERT_EQ(post(bridge.address(), "/events/t", value).status, 201);
  }
  EXPECT_EQ(bridge.subject(), "/CN=second");
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_TRUE(streams[i].receive_until(received[i], "record-29;")) << "stream " << i << " ended";
    std::size_t at = 0;
    for (int record = 0; record < records; ++record) {
      at = received[i].find("data: record-" + std::to_string(record) + ";", at);
      ASSERT_NE(at, std::string::npos) << "stream " << i << " lacks record " << record;
    }
  }
  EXPECT_EQ(sidecar.metrics().sum("sidestream_streams"), static_cast<double>(count));
}

TEST_F(TlsCertificate, StaysWhereTheNewOneDoesNotFit) {
  Sidecar sidecar(config());
  make_certificate(path(), "other", "other");
  const auto replace = [&](const std::string& extension) {
    std::filesystem::copy_file(path() + "/other" + extension, path() + "/server" + extension,
                               std::filesystem::copy_options::overwrite_existing);
  };
  const auto trouble = [&](const std::string& text) {
    return get(sidecar.admin(), "/readyz").body.find(text) != std::string::npos;
  };
  EXPECT_TRUE(trouble("\"trouble\":null"));
  replace(".crt");
  EXPECT_EQ(TlsSocket(sidecar.streams()).subject(), "/CN=first");
  EXPECT_TRUE(eventually([&] {
    return sidecar.log().find("the new certificate can't be used") != std::string::npos;
  }));
  EXPECT_TRUE(trouble("is not the key of the certificate"));
  EXPECT_EQ(sidecar.ready_status(), 200);
  EXPECT_EQ(sidecar.metrics().sum("sidestream_tls_certificate_last_reload_successful"), 0);
  replace(".key");
  EXPECT_EQ(TlsSocket(sidecar.streams()).subject(), "/CN=other");
  EXPECT_TRUE(trouble("\"trouble\":null"));
  EXPECT_EQ(sidecar.metrics().sum("sidestream_tls_certificate_last_reload_successful"), 1);
}

TEST_F(TlsCertificate, StaysWhereTheFileIsGoneAndHindersNoReload) {
  Sidecar sidecar(config());
  std::filesystem::remove(path() + "/server.key");
  EXPECT_TRUE(eventually([&] {
    return get(sidecar.admin(), "/readyz").body.find("cannot read") != std::string::npos;
  }));
  EXPECT_EQ(TlsSocket(sidecar.streams()).subject(), "/CN=first");
  sidecar.process().signal(SIGHUP);
  EXPECT_TRUE(eventually([&] {
    return sidecar.metrics().sum("sidestream_config_reloads_total", {"result=\"ok\""}) == 1;
  }));
}

TEST_F(TlsCertificate, IsReportedWhenItHasExpired) {
  make_certificate(path(), "server", "old", {.expired = true});
  Sidecar sidecar(config());
  EXPECT_NE(get(sidecar.admin(), "/readyz").body.find("the certificate has expired"),
            std::string::npos);
  EXPECT_TRUE(eventually(
      [&] { return sidecar.log().find("the certificate has expired") != std::string::npos; }));
  EXPECT_GT(sidecar.metrics().sum("sidestream_tls_certificate_expiry_timestamp_seconds"), 1e9);
}

}  // namespace
}  // namespace e2e
