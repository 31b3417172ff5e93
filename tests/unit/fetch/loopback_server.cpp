#include "loopback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace sidestream::test {

ServerConnection::~ServerConnection() {
  if (tls_ != nullptr) ::SSL_shutdown(tls_);
  ::SSL_free(tls_);
  ::close(socket_);
}

bool ServerConnection::read_more() {
  std::array<char, 4096> bytes{};
  const auto n = tls_ != nullptr ? ::SSL_read(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                 : ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (n <= 0) return false;
  received_.append(bytes.data(), static_cast<std::size_t>(n));
  return true;
}

std::string ServerConnection::read_request() {
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return {};
  }
  std::size_t size = end + 4;
  const auto length = received_.find("Content-Length: ");
  if (length < end) size += std::strtoul(received_.c_str() + length + 16, nullptr, 10);
  while (received_.size() < size) {
    if (!read_more()) return {};
  }
  std::string request = received_.substr(0, size);
  received_.erase(0, size);
  return request;
}

void ServerConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = tls_ != nullptr ? ::SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                   : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void ServerConnection::respond(std::string_view body, std::string_view status) {
  send("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
       "\r\n\r\n" + std::string(body));
}

void ServerConnection::wait_for_close() {
  while (read_more()) {
  }
}

void ServerConnection::reset_on_close() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

LoopbackServer::LoopbackServer(std::vector<Script> scripts, Listen listen,
                               const Certificate* certificate)
    : listen_(listen), scripts_(std::move(scripts)) {
  if (certificate != nullptr) {
    tls_ = ::SSL_CTX_new(::TLS_server_method());
    ::SSL_CTX_use_certificate_file(tls_, certificate->file().c_str(), SSL_FILETYPE_PEM);
    ::SSL_CTX_use_PrivateKey_file(tls_, certificate->key().c_str(), SSL_FILETYPE_PEM);
  }
  open_listener();
  if (is_listening()) thread_ = std::thread([this] { run(); });
}

LoopbackServer::~LoopbackServer() {
  if (is_listening()) ::shutdown(listener_, SHUT_RDWR);  // ends accept
  if (thread_.joinable()) thread_.join();
  if (is_listening()) ::close(listener_);
  ::SSL_CTX_free(tls_);
  if (!socket_.empty()) ::unlink(socket_.c_str());
}

void LoopbackServer::open_listener() {
  sockaddr_storage address{};
  socklen_t size = 0;
  if (listen_ == Listen::ipv4) {
    auto& ip = reinterpret_cast<sockaddr_in&>(address);
    ip.sin_family = AF_INET;
    ip.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size = sizeof ip;
  } else if (listen_ == Listen::ipv6) {
    auto& ip = reinterpret_cast<sockaddr_in6&>(address);
    ip.sin6_family = AF_INET6;
    ip.sin6_addr = in6addr_loopback;
    size = sizeof ip;
  } else {
    socket_ = std::filesystem::temp_directory_path() /
              ("sidestream-fetch-" + std::to_string(::getpid()) + ".sock");
    ::unlink(socket_.c_str());
    auto& local = reinterpret_cast<sockaddr_un&>(address);
    local.sun_family = AF_UNIX;
    socket_.copy(local.sun_path, sizeof local.sun_path - 1);
    size = sizeof local;
  }
  const int listener = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, size) != 0 || ::listen(listener, 16) != 0) {
    ::close(listener);
    return;
  }
  ::getsockname(listener, generic, &size);
  if (listen_ == Listen::ipv4) port_ = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
  if (listen_ == Listen::ipv6) port_ = ntohs(reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  listener_ = listener;
}

void LoopbackServer::run() {
  for (const Script& script : scripts_) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    ++connections_;
    play(script, client);
  }
}

void LoopbackServer::play(const Script& script, int client) {
  SSL* tls = nullptr;
  if (tls_ != nullptr) {
    tls = ::SSL_new(tls_);
    ::SSL_set_fd(tls, client);
    const bool accepted = ::SSL_accept(tls) == 1;
    const char* name = ::SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
    const std::lock_guard lock(mutex_);
    server_name_ = name != nullptr ? name : "";
    if (!accepted) {
      ::SSL_free(tls);
      ::close(client);
      return;
    }
  }
  ServerConnection connection(client, tls);
  script(connection);
}

std::string LoopbackServer::url(const std::string& path) const {
  const std::string scheme = tls_ != nullptr ? "https://" : "http://";
  const std::string host = listen_ == Listen::ipv6 ? "[::1]" : "127.0.0.1";
  return scheme + host + ":" + std::to_string(port_) + path;
}

std::string LoopbackServer::server_name() const {
  const std::lock_guard lock(mutex_);
  return server_name_;
}

}  // namespace sidestream::test
