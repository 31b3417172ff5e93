#include "sidecar/http/protocol/serve.hpp"

#include <exception>
#include <utility>

#include "sidecar/http/protocol/h1_connection.hpp"

namespace sidestream {

Awaitable<void> serve_connection(Socket socket, std::unique_ptr<Connection> admitted, Port port,
                                 EventLoop& loop, const ServerContext& context) {
  try {
    H1Connection connection(std::move(socket), std::move(admitted), port, loop, context);
    co_await connection.run();
  } catch (const std::exception& error) {
    context.log.error("http", "connection failed", {{"error", error.what()}});
  }
}

}  // namespace sidestream
