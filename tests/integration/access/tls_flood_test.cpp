// Clients that begin a TLS handshake and stall.

#include <gtest/gtest.h>
#include <openssl/bio.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/access/harness/tls_bridge.hpp"
#include "tests/integration/access/harness/tls_fixture.hpp"
#include "tests/integration/access/harness/tls_socket.hpp"
#include "tests/support/harness/wait.hpp"
#include "tests/support/harness/writer.hpp"

namespace e2e {
namespace {

using TlsFlood = TlsFixture;

constexpr std::size_t handshakes_most = 512;  // as the server has it

// The first bytes of a client.
std::string client_hello() {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  const std::shared_ptr<SSL> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_connect(ssl.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(ssl.get()), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

// Each publish must reach the reader within a second while clients stall.
TEST_F(TlsFlood, DelaysNoReaderAndNoScrape) {
  Sidecar sidecar(config());
  TlsSocket reader(sidecar.streams());
  reader.send("GET /events/t HTTP/1.1\r\nHost: t\r\n\r\n");
  std::string received;
  ASSERT_TRUE(reader.receive_until(received, "stream-open"));
  TlsBridge publisher(sidecar.streams());
  const std::string hello = client_hello();
  const auto stalling = static_cast<std::size_t>(2000 * load_scale());
  std::vector<Socket> stalled;
  Clock::duration slowest{};
  for (std::size_t i = 0; i < stalling; ++i) {
    stalled.emplace_back(sidecar.streams());
    stalled.back().send(hello);
    if (i % 50 != 0) continue;
    const auto began = Clock::now();
    const std::string value = "record-" + std::to_string(i) + ";";
    ASSERT_EQ(post(publisher.address(), "/events/t", value).status, 201);
    ASSERT_TRUE(reader.receive_until(received, value));
    EXPECT_EQ(get(sidecar.admin(), "/metrics").status, 200);
    slowest = std::max(slowest, Clock::now() - began);
  }
  EXPECT_LT(slowest, 1s * patience);
  if (stalling <= handshakes_most) return;
  EXPECT_TRUE(eventually([&] {
    return sidecar.metrics().sum("sidestream_tls_handshakes_total",
                                 {"port=\"streams\"", "result=\"evicted\""}) >=
           static_cast<double>(stalling - handshakes_most);
  }));
}

}  // namespace
}  // namespace e2e
