#pragma once
// Notices that the client of an HTTP/1.1 connection has left while its request is being answered.
// If the client sends more bytes instead, it is not watched any longer: they belong to its next
// request and stay unread.
//
// Thread: the socket's event loop. Borrows the socket, on which nothing else may be pending.

#include <functional>
#include <memory>

#include "sidecar/http/net/client_socket.hpp"
#include "sidecar/http/protocol/responder.hpp"

namespace sidestream {

class H1ClientWatch final : public ClientWatch {
 public:
  H1ClientWatch(ClientSocket& socket, std::function<void()> left);
  ~H1ClientWatch() override;

 private:
  ClientSocket& socket_;
  // Shared with the wait, which may end after this.
  std::shared_ptr<std::function<void()>> left_;
};

}  // namespace sidestream
