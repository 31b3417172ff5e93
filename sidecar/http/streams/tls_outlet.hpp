#pragma once
// A stream on a TLS connection that OpenSSL encrypts: HTTP/1.x. (Where the kernel encrypts, TcpOutlet
// serves.)
//
// OpenSSL must get the bytes of a write that would block once more, while the stream may have others
// by then. So such bytes count as sent; the outlet keeps and flushes them itself.
//
// Thread: the socket's loop. Owns the socket.

#include <memory>
#include <string>

#include "sidecar/http/limits/connection_table.hpp"
#include "sidecar/http/net/client_socket.hpp"
#include "sidecar/http/streams/outlet.hpp"

namespace sidestream {

class TlsOutlet final : public Outlet {
 public:
  // As TcpOutlet. Requires: the socket has TLS.
  TlsOutlet(ClientSocket socket, ConnectionPlace place, Coding coding, std::string head);

  Coding coding() const override { return coding_; }
  Sent send(std::span<const std::string_view> pieces) override;
  void finish() override;
  void wait_writable(OutletEvents& events, std::uint64_t stream) override;
  void wait_readable(OutletEvents& events, std::uint64_t stream) override;
  Input discard_input() override;
  bool peer_is_dead() const override;

 private:
  // Outlives the outlet as long as a wait for the socket runs.
  struct Connection {
    explicit Connection(ClientSocket s) : socket(std::move(s)) {}

    ClientSocket socket;
    std::string unflushed;           // counted as sent; OpenSSL has begun with it
    OutletEvents* events = nullptr;  // wants to know when everything is flushed
    std::uint64_t stream = 0;
    bool flushing = false;
    bool finishing = false;
    bool broken = false;
  };
  using Shared = std::shared_ptr<Connection>;

  // What OpenSSL takes of `bytes`, or begins with.
  static std::size_t write(const Shared& connection, std::string_view bytes);
  static void flush(const Shared& connection);
  static void flush_later(const Shared& connection);

  std::unique_ptr<std::string> head_;  // unsent; goes out with the first pieces
  Shared connection_;
  ConnectionPlace place_;
  Coding coding_;
};

}  // namespace sidestream
