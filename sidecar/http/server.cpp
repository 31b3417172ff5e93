#include "sidecar/http/server.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>

#include "sidecar/http/limits/connection_gate.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/net/listener.hpp"
#include "sidecar/http/net/tls/certificates.hpp"
#include "sidecar/http/protocol/serve.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// After an accept fails for lack of descriptors: time for some connection to close.
constexpr std::chrono::milliseconds accept_pause{50};
constexpr std::chrono::seconds accept_line_every{10};

}  // namespace

struct Server::Parts {
  Parts(const ConfigHolder& c, const Router& router, OpenLogs& logs, Memory& m, ServerProbe& p,
        Lifecycle& life, Quotas& q, const HiddenTexts& hidden, Logger l)
      : config(c),
        memory(m),
        lifecycle(life),
        log(l),
        context{router,
                logs,
                p,
                life,
                q,
                limits,
                questions,
                hidden,
                l,
                certificates(config.get()->server.tls, "streams", p.tls),
                certificates(config.get()->server.admin_tls, "admin", p.admin_tls)},
        gate(limits, c, p) {}

  std::shared_ptr<TlsCertificates> certificates(const std::optional<TlsSettings>& tls,
                                                const std::string& port, TlsProbe& probe) const {
    return tls ? std::make_shared<TlsCertificates>(*tls, port, probe, log) : nullptr;
  }
  std::unique_ptr<EventLoop> make_loop() {
    return std::make_unique<EventLoop>(memory, context.probe, lifecycle, context.quotas, limits,
                                       config, log);
  }
  EventLoop& next(Port port) {
    return port == Port::admin ? *admin_loop : *loops[next_loop++ % loops.size()];
  }

  Awaitable<void> accept(tcp::acceptor& acceptor, Port port);
  void take(Socket socket, const AddressBytes& from, EventLoop& loop, Port port);
  void take_last();
  void accept_failed(const boost::system::error_code& error);

  const ConfigHolder& config;
  Memory& memory;
  Lifecycle& lifecycle;
  Logger log;
  Limits limits{memory.budget(), log};
  QuestionLogs questions;
  ServerContext context;
  ConnectionGate gate;
  asio::io_context accepting{1};
  std::optional<tcp::acceptor> streams;
  std::optional<tcp::acceptor> admin;
  std::vector<std::unique_ptr<EventLoop>> loops;
  // Scrapes and the console never hold up a stream loop.
  std::unique_ptr<EventLoop> admin_loop;
  std::atomic<bool> running{false};  // all loops are there
  std::size_t next_loop = 0;         // accepting thread, as the next one
  std::chrono::steady_clock::time_point next_accept_line{};
  std::thread thread;
};

// Deals connections to the loops in turn, so that the loops are evenly loaded from the start.
Awaitable<void> Server::Parts::accept(tcp::acceptor& acceptor, Port port) {
  while (true) {
    EventLoop& loop = next(port);
    tcp::endpoint from;
    auto [error, socket] = co_await acceptor.async_accept(loop.io(), from, no_throw);
    if (!acceptor.is_open()) co_return;
    if (error) {
      if (port == Port::streams) gate.make_room();
      accept_failed(error);
      asio::steady_timer pause(accepting, accept_pause);
      co_await pause.async_wait(no_throw);
      continue;
    }
    take(std::move(socket), address_of(from), loop, port);
  }
}

// Closes the connection if a limit is reached.
void Server::Parts::take(Socket socket, const AddressBytes& from, EventLoop& loop, Port port) {
  std::unique_ptr<Connection> admitted;
  if (port == Port::streams)
    admitted = gate.admit(socket.native_handle(), from);
  else
    admitted = std::make_unique<Connection>(ConnectionPlace(), socket.native_handle());
  if (!admitted) return;
  admitted->set_counted(context.quotas.connections.take());
  auto connection = serve_connection(std::move(socket), std::move(admitted), port, loop, context);
  asio::co_spawn(loop.io(), std::move(connection), asio::detached);
}

void Server::Parts::accept_failed(const boost::system::error_code& error) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_accept_line) return;
  next_accept_line = now + accept_line_every;
  log.warn("http", "accept failed", {{"error", error.message()}});
}

void Server::Parts::take_last() {
  boost::system::error_code error;
  streams->non_blocking(true, error);
  while (!error) {
    EventLoop& loop = next(Port::streams);
    Socket socket(loop.io());
    tcp::endpoint from;
    streams->accept(socket, from, error);
    if (!error) take(std::move(socket), address_of(from), loop, Port::streams);
  }
  streams->close(error);
}

Server::Server(const ConfigHolder& config, const Router& router, OpenLogs& logs, Memory& memory,
               ServerProbe& probe, Lifecycle& lifecycle, Quotas& quotas, const HiddenTexts& hidden,
               Logger log)
    : parts_(std::make_unique<Parts>(config, router, logs, memory, probe, lifecycle, quotas, hidden,
                                     std::move(log))) {}

Server::~Server() { stop(); }

std::vector<std::string> Server::open() {
  std::vector<std::string> problems;
  const auto bind = [&](const std::string& address) {
    std::string problem;
    auto acceptor = bind_listener(parts_->accepting, address, problem);
    if (!acceptor) problems.push_back(problem);
    return acceptor;
  };
  const auto config = parts_->config.get();
  parts_->streams = bind(config->server.listen);
  parts_->admin = bind(config->server.admin);
  return problems;
}

std::string Server::streams_address() const { return local_address(*parts_->streams); }
std::string Server::admin_address() const { return local_address(*parts_->admin); }

void Server::run(int threads) {
  Parts& p = *parts_;
  for (int i = 0; i < threads; ++i) {
    p.loops.push_back(p.make_loop());
    p.loops.back()->run();
  }
  p.admin_loop = p.make_loop();
  p.admin_loop->run();
  p.running.store(true, std::memory_order_release);
  asio::co_spawn(p.accepting, p.accept(*p.streams, Port::streams), asio::detached);
  asio::co_spawn(p.accepting, p.accept(*p.admin, Port::admin), asio::detached);
  p.thread = std::thread([&p] { p.accepting.run(); });
}

void Server::drain(std::chrono::milliseconds window) {
  parts_->lifecycle.advance(Lifecycle::Phase::ending);
  const auto drain_loop = [window](EventLoop& loop) {
    asio::post(loop.io(), [&streams = loop.streams(), window] { streams.drain(window); });
  };
  for (const auto& loop : parts_->loops) drain_loop(*loop);
  drain_loop(*parts_->admin_loop);
}

void Server::look_at_certificates() {
  for (const auto& certificates : {parts_->context.tls, parts_->context.admin_tls})
    if (certificates) certificates->look();
}

void Server::revoke(const Revocation& revocation) {
  if (!parts_->running.load(std::memory_order_acquire)) return;
  const auto shared = std::make_shared<const Revocation>(revocation);
  const auto revoke_loop = [&shared](EventLoop& loop) {
    asio::post(loop.io(), [&streams = loop.streams(), shared] { streams.revoke(*shared); });
  };
  for (const auto& loop : parts_->loops) revoke_loop(*loop);
  revoke_loop(*parts_->admin_loop);
}

void Server::stop_accepting() {
  asio::post(parts_->accepting, [&p = *parts_] { p.take_last(); });
}

void Server::stop() {
  if (!parts_->thread.joinable()) return;
  parts_->running.store(false, std::memory_order_release);
  // The accept coroutines end first: their sockets belong to the loops, which are destroyed before
  // the accepting context.
  asio::post(parts_->accepting, [&p = *parts_] {
    p.streams->close();
    p.admin->close();
  });
  parts_->thread.join();
  for (const auto& loop : parts_->loops) loop->stop();
  parts_->admin_loop->stop();
}

}  // namespace sidestream
