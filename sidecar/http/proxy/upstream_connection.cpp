#include "sidecar/http/proxy/upstream_connection.hpp"

#include <utility>

namespace sidestream {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t read_ahead_size = 8 * 1024;

}  // namespace

// The handler of the pending read. Owns the waiting coroutine, so that both are destroyed together
// when the process ends. Handler and connection may be destroyed in any order.
class UpstreamConnection::ReadAhead {
 public:
  using Waiter = asio::async_result<UseAwaitable, void()>::handler_type;

  explicit ReadAhead(UpstreamConnection& connection) : connection_(&connection) {
    connection.pending_ = this;
  }
  ReadAhead(ReadAhead&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)), waiter_(std::move(other.waiter_)) {
    if (connection_ != nullptr) connection_->pending_ = this;
  }
  ReadAhead& operator=(ReadAhead&&) = delete;
  ~ReadAhead() { detach(); }

  void operator()(error_code error, std::size_t n) {
    if (connection_ != nullptr) {
      connection_->error_ = error;
      connection_->buffer.commit(n);
    }
    detach();
    if (!waiter_) return;
    Waiter waiter = std::move(*waiter_);
    waiter_.reset();
    waiter();
  }

  void set_waiter(Waiter waiter) { waiter_.emplace(std::move(waiter)); }
  void detach() {
    if (connection_ != nullptr) connection_->pending_ = nullptr;
    connection_ = nullptr;
  }

 private:
  UpstreamConnection* connection_;
  std::optional<Waiter> waiter_;
};

UpstreamConnection::~UpstreamConnection() {
  if (pending_ != nullptr) pending_->detach();
}

void UpstreamConnection::close() {
  error_code ignored;
  socket.close(ignored);
  resolver.cancel();
}

void UpstreamConnection::start_read_ahead() {
  reads_ahead_ = true;
  error_ = {};
  socket.async_read_some(buffer.prepare(read_ahead_size), ReadAhead(*this));
}

Awaitable<void> UpstreamConnection::wait_for_read_ahead() {
  return asio::async_initiate<const UseAwaitable&, void()>(
      [this](ReadAhead::Waiter waiter) { pending_->set_waiter(std::move(waiter)); },
      UseAwaitable());
}

error_code UpstreamConnection::take_read_ahead() {
  reads_ahead_ = false;
  return error_;
}

}  // namespace sidestream
