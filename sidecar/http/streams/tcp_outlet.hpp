#pragma once
// A stream on a TCP connection of its own: HTTP/1.x.
//
// Thread: the socket's loop. Owns the socket.

#include <memory>
#include <string>
#include <utility>

#include "sidecar/http/limits/connection_table.hpp"
#include "sidecar/http/net/socket.hpp"
#include "sidecar/http/streams/outlet.hpp"

namespace sidestream {

class TcpOutlet final : public Outlet {
 public:
  // `place`: the connection's, held as long as it is open. `head`: the response head, unsent.
  TcpOutlet(Socket socket, ConnectionPlace place, Coding coding, std::string head)
      : head_(std::make_unique<std::string>(std::move(head))),
        socket_(std::move(socket)),
        place_(std::move(place)),
        coding_(coding) {}

  Coding coding() const override { return coding_; }
  Sent send(std::span<const std::string_view> pieces) override;
  void finish() override;
  void cut() override;
  void wait_writable(OutletEvents& events, std::uint64_t stream) override;
  void wait_readable(OutletEvents& events, std::uint64_t stream) override;
  Input discard_input() override;
  bool peer_is_dead() const override;

 private:
  Sent send_with_head(std::span<const std::string_view> pieces);

  std::unique_ptr<std::string> head_;  // what is unsent of it
  mutable Socket socket_;              // Asio's native_handle() is not const
  ConnectionPlace place_;
  Coding coding_;
};

}  // namespace sidestream
