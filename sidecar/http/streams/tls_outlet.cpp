#include "sidecar/http/streams/tls_outlet.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sidecar/http/net/peer.hpp"

namespace sidestream {
namespace {

using boost::system::error_code;

constexpr std::size_t record_max = 16 * 1024;  // of TLS
constexpr std::size_t input_max = 64 * 1024;   // that a client may send on a stream

std::size_t size_of(std::span<const std::string_view> pieces) {
  std::size_t size = 0;
  for (const auto piece : pieces) size += piece.size();
  return size;
}

bool would_block(const error_code& error) { return error == boost::asio::error::would_block; }

void end_sending(ClientSocket& socket) {
  error_code ignored;
  socket.shutdown(Socket::shutdown_send, ignored);
}

}  // namespace

TlsOutlet::TlsOutlet(ClientSocket socket, ConnectionPlace place, Coding coding, std::string head)
    : head_(std::make_unique<std::string>(std::move(head))),
      connection_(std::make_shared<Connection>(std::move(socket))),
      place_(std::move(place)),
      coding_(coding) {}

// Small pieces go out as one record; large ones straight from where they are.
Outlet::Sent TlsOutlet::send(std::span<const std::string_view> pieces) {
  if (connection_->broken) return {0, true};
  if (!connection_->unflushed.empty()) return {0, false};
  const std::size_t head = head_ ? head_->size() : 0;
  if (head + size_of(pieces) <= record_max) {
    thread_local std::string joined;
    joined.assign(head_ ? *head_ : std::string());
    for (const auto piece : pieces) joined += piece;
    const std::size_t sent = write(connection_, joined);
    // One record is taken as a whole.
    if (sent > 0) head_.reset();
    return {sent > head ? sent - head : 0, connection_->broken};
  }
  if (head_) {
    write(connection_, *head_);
    head_.reset();
  }
  std::size_t sent = 0;
  for (const auto piece : pieces) {
    if (!connection_->unflushed.empty() || connection_->broken) break;
    sent += write(connection_, piece);
  }
  return {sent, connection_->broken};
}

std::size_t TlsOutlet::write(const Shared& connection, std::string_view bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    error_code error;
    const std::string_view rest = bytes.substr(sent);
    const std::size_t n =
        connection->socket.tls().write(boost::asio::buffer(rest.data(), rest.size()), error);
    sent += n;
    if (!error) continue;
    if (!would_block(error)) {
      connection->broken = true;
      return sent;
    }
    connection->unflushed = rest.substr(0, record_max);
    sent += connection->unflushed.size();
    flush_later(connection);
    return sent;
  }
  return sent;
}

void TlsOutlet::flush_later(const Shared& connection) {
  connection->flushing = true;
  connection->socket.async_wait(connection->socket.tls().wanted(),
                                [weak = std::weak_ptr(connection)](error_code error) {
                                  const Shared alive = weak.lock();
                                  if (alive && !error) flush(alive);
                                });
}

void TlsOutlet::flush(const Shared& connection) {
  connection->flushing = false;
  std::string rest = std::exchange(connection->unflushed, {});
  write(connection, rest);
  if (!connection->unflushed.empty()) return;
  if (connection->finishing) end_sending(connection->socket);
  if (auto* events = std::exchange(connection->events, nullptr))
    events->on_writable(connection->stream);
}

void TlsOutlet::finish() {
  connection_->finishing = true;
  if (connection_->unflushed.empty()) end_sending(connection_->socket);
}

void TlsOutlet::wait_writable(OutletEvents& events, std::uint64_t stream) {
  if (connection_->flushing) {
    connection_->events = &events;
    connection_->stream = stream;
    return;
  }
  connection_->socket.async_wait(Socket::wait_write,
                                 [&events, stream](error_code) { events.on_writable(stream); });
}

void TlsOutlet::wait_readable(OutletEvents& events, std::uint64_t stream) {
  connection_->socket.async_wait(Socket::wait_read,
                                 [&events, stream](error_code) { events.on_readable(stream); });
}

Outlet::Input TlsOutlet::discard_input() {
  std::array<char, 4096> ignored;
  for (std::size_t read = 0; read < input_max;) {
    error_code error;
    const std::size_t n = connection_->socket.tls().read(boost::asio::buffer(ignored), error);
    if (error) return would_block(error) ? Input::none : Input::closed;
    read += n;
  }
  return Input::too_much;
}

bool TlsOutlet::peer_is_dead() const {
  return sidestream::peer_is_dead(connection_->socket.native_handle());
}

}  // namespace sidestream
