#include "tests/integration/proxy/harness/proxy_stage.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/json.hpp>

namespace e2e {

Config proxy_config(const std::string& url, const Proxying& proxying) {
  Config config;
  config.server = proxying.server;
  config.server.push_back("threads: " + std::to_string(proxying.threads));
  config.server.push_back("upstream:");
  config.server.push_back("  url: \"" + url + "\"");
  for (const auto& line : proxying.upstream) config.server.push_back("  " + line);
  if (!proxying.topics.empty()) config.connectors = {"local: { embedded: {} }"};
  config.topics = proxying.topics;
  return config;
}

ProxyStage::ProxyStage(const std::string& kind, Proxying proxying)
    : listener_(kind),
      sidecar_(std::make_unique<Sidecar>(proxy_config(listener_.url(), proxying))) {}

Peer ProxyStage::client_from(std::uint32_t source) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(source);
  bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(sidecar_->streams().port);
  Peer peer(Socket::adopt(fd));
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw WireError("cannot connect");
  }
  return peer;
}

Relay ProxyStage::relay(std::string_view request) { return relay(client(), request); }

Relay ProxyStage::relay(Peer client, std::string_view request) {
  client.send(request);
  auto app = listener_.accept();
  auto seen = app.request();
  return {std::move(client), std::move(app), std::move(seen)};
}

void expect_error(const Message& answer, int status, const std::string& cause) {
  EXPECT_EQ(answer.status(), status) << answer.head << answer.body;
  boost::system::error_code error;
  const auto json = boost::json::parse(answer.body, error);
  ASSERT_TRUE(!error && json.is_object()) << "no JSON object: " << answer.body;
  const auto* word = json.as_object().if_contains("cause");
  ASSERT_TRUE(word && word->is_string()) << answer.body;
  EXPECT_EQ(word->as_string(), cause);
  const auto* text = json.as_object().if_contains("error");
  ASSERT_TRUE(text && text->is_string()) << answer.body;
  EXPECT_FALSE(text->as_string().empty());
}

}  // namespace e2e
