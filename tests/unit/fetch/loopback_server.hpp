#pragma once
// A server on a loopback socket that plays one script per connection, in order, on a thread.

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "certificate.hpp"

namespace sidestream::test {

// The server's side of one connection. Blocking; ends with an empty request once the client closes.
class ServerConnection {
 public:
  ServerConnection(int socket, SSL* tls) : socket_(socket), tls_(tls) {}
  ~ServerConnection();
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  // Head and body (by Content-Length); empty: the client has closed.
  std::string read_request();
  void send(std::string_view bytes);
  // "HTTP/1.1 STATUS ...", Content-Length and `body`.
  void respond(std::string_view body, std::string_view status = "200 OK");
  // Returns once the client has closed the connection.
  void wait_for_close();
  // The next close sends RST instead of FIN.
  void reset_on_close();

 private:
  bool read_more();

  int socket_;
  SSL* tls_;
  std::string received_;
};

using Script = std::function<void(ServerConnection&)>;

enum class Listen { ipv4, ipv6, unix_socket };

class LoopbackServer {
 public:
  explicit LoopbackServer(std::vector<Script> scripts, Listen listen = Listen::ipv4,
                          const Certificate* certificate = nullptr);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  // The machine has no IPv6 loopback where this is false.
  bool is_listening() const { return listener_ >= 0; }
  // "http://127.0.0.1:PORT" + `path`.
  std::string url(const std::string& path) const;
  const std::string& socket() const { return socket_; }
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  // Of the last TLS handshake.
  std::string server_name() const;

 private:
  void open_listener();
  void run();
  void play(const Script& script, int client);

  const Listen listen_;
  std::vector<Script> scripts_;
  std::string socket_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  SSL_CTX* tls_ = nullptr;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;  // guards server_name_
  std::string server_name_;
  std::thread thread_;
};

}  // namespace sidestream::test
