#include "sidecar/http/proxy/upstream_connection.hpp"

#include <utility>

namespace sidestream {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t room_of_head = 8 * 1024;

}  // namespace

// Owns whoever waits, so that a coroutine that is suspended when the process ends goes with its
// operation. Either side may go first.
class UpstreamConnection::Ahead {
 public:
  using Waiter = asio::async_result<UseAwaitable, void()>::handler_type;

  explicit Ahead(UpstreamConnection& connection) : connection_(&connection) {
    connection.ahead_ = this;
  }
  Ahead(Ahead&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)), waiter_(std::move(other.waiter_)) {
    if (connection_ != nullptr) connection_->ahead_ = this;
  }
  Ahead& operator=(Ahead&&) = delete;
  ~Ahead() { leave(); }

  void operator()(error_code error, std::size_t n) {
    if (connection_ != nullptr) {
      connection_->error_ = error;
      connection_->buffer.commit(n);
    }
    leave();
    if (!waiter_) return;
    Waiter waiter = std::move(*waiter_);
    waiter_.reset();
    waiter();
  }

  void let_wait(Waiter waiter) { waiter_.emplace(std::move(waiter)); }
  void leave() {
    if (connection_ != nullptr) connection_->ahead_ = nullptr;
    connection_ = nullptr;
  }

 private:
  UpstreamConnection* connection_;
  std::optional<Waiter> waiter_;
};

UpstreamConnection::~UpstreamConnection() {
  if (ahead_ != nullptr) ahead_->leave();
}

void UpstreamConnection::close() {
  error_code ignored;
  socket.close(ignored);
  resolver.cancel();
}

void UpstreamConnection::listen() {
  listens_ = true;
  error_ = {};
  socket.async_read_some(buffer.prepare(room_of_head), Ahead(*this));
}

Awaitable<void> UpstreamConnection::stirred() {
  return asio::async_initiate<const UseAwaitable&, void()>(
      [this](Ahead::Waiter waiter) { ahead_->let_wait(std::move(waiter)); }, UseAwaitable());
}

error_code UpstreamConnection::stop_listening() {
  listens_ = false;
  return error_;
}

}  // namespace sidestream
