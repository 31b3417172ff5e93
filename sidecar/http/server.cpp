#include "sidecar/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/net/listener.hpp"
#include "sidecar/http/protocol/session.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// After an accept that failed for want of descriptors: until some connection has closed.
constexpr std::chrono::milliseconds accept_pause{50};

}  // namespace

struct Server::Parts {
  Parts(const ConfigHolder& s, const Router& router, OpenLogs& logs, Memory& m, ServerProbe& p,
        Logger l)
      : serving(s), memory(m), log(l), context{router, logs, p, std::move(l)} {}

  Awaitable<void> accept(tcp::acceptor& acceptor, Port port);
  void take(Socket socket, EventLoop& loop, Port port) {
    auto session = run_session(std::move(socket), port, loop, context);
    asio::co_spawn(loop.io(), std::move(session), asio::detached);
  }
  void take_last();

  const ConfigHolder& serving;
  Memory& memory;
  Logger log;
  SessionContext context;
  asio::io_context accepting{1};
  std::optional<tcp::acceptor> streams;
  std::optional<tcp::acceptor> admin;
  std::vector<std::unique_ptr<EventLoop>> loops;
  std::size_t next_loop = 0;  // accepting thread
  std::thread thread;
};

// Deals connections to the loops in turn, so that they are even from the first on.
Awaitable<void> Server::Parts::accept(tcp::acceptor& acceptor, Port port) {
  while (true) {
    EventLoop& loop = *loops[next_loop++ % loops.size()];
    auto [error, socket] = co_await acceptor.async_accept(loop.io(), no_throw);
    if (!acceptor.is_open()) co_return;
    if (error) {
      log.warn("http", "can't accept a connection", {{"error", error.message()}});
      asio::steady_timer pause(accepting, accept_pause);
      co_await pause.async_wait(no_throw);
      continue;
    }
    take(std::move(socket), loop, port);
  }
}

void Server::Parts::take_last() {
  boost::system::error_code error;
  streams->non_blocking(true, error);
  while (!error) {
    EventLoop& loop = *loops[next_loop++ % loops.size()];
    Socket socket(loop.io());
    streams->accept(socket, error);
    if (!error) take(std::move(socket), loop, Port::streams);
  }
  streams->close(error);
}

Server::Server(const ConfigHolder& serving, const Router& router, OpenLogs& logs, Memory& memory,
               ServerProbe& probe, Logger log)
    : parts_(std::make_unique<Parts>(serving, router, logs, memory, probe, std::move(log))) {}

Server::~Server() { stop(); }

std::vector<std::string> Server::open() {
  std::vector<std::string> problems;
  const auto bind = [&](const std::string& address) {
    std::string problem;
    auto acceptor = bind_listener(parts_->accepting, address, problem);
    if (!acceptor) problems.push_back(problem);
    return acceptor;
  };
  const auto serving = parts_->serving.get();
  parts_->streams = bind(serving->server.listen);
  parts_->admin = bind(serving->server.admin);
  return problems;
}

std::string Server::streams_address() const { return local_address(*parts_->streams); }
std::string Server::admin_address() const { return local_address(*parts_->admin); }

void Server::run(int threads) {
  Parts& p = *parts_;
  for (int i = 0; i < threads; ++i) {
    p.loops.push_back(std::make_unique<EventLoop>(p.memory, p.context.probe, p.serving, p.log));
    p.loops.back()->run();
  }
  asio::co_spawn(p.accepting, p.accept(*p.streams, Port::streams), asio::detached);
  asio::co_spawn(p.accepting, p.accept(*p.admin, Port::admin), asio::detached);
  p.thread = std::thread([&p] { p.accepting.run(); });
}

void Server::drain(std::chrono::milliseconds window) {
  parts_->context.probe.draining_streams.store(true);
  for (const auto& loop : parts_->loops) {
    asio::post(loop->io(), [&streams = loop->streams(), window] { streams.drain(window); });
  }
}

void Server::stop_accepting() {
  asio::post(parts_->accepting, [&p = *parts_] { p.take_last(); });
}

void Server::stop() {
  if (!parts_->thread.joinable()) return;
  // The accepts end by themselves: what they hold belongs to the loops, which go before their
  // context.
  asio::post(parts_->accepting, [&p = *parts_] {
    p.streams->close();
    p.admin->close();
  });
  parts_->thread.join();
  for (const auto& loop : parts_->loops) loop->stop();
}

}  // namespace sidestream
