#include "tests/integration/proxy/harness/app.hpp"

#include <sys/socket.h>

namespace e2e {

App::App(Listener& listener, Serve serve)
    : listener_(listener), serve_(std::move(serve)), acceptor_([this] { accept_all(); }) {}

App::~App() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    // Their threads own what they read and write; this only makes both end.
    for (auto& peer : peers_) shutdown(peer.socket().fd(), SHUT_RDWR);
  }
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
}

bool App::mirror(Peer& peer, const Message& request) {
  const auto seen = request.method() + " " + request.target();
  peer.send(answer_text("200 OK", {"Content-Type: text/plain", "X-Seen: " + seen},
                        request.method() == "HEAD" ? "" : seen + "\n" + request.body));
  return true;
}

bool App::stopping() const {
  const std::lock_guard lock(mutex_);
  return stop_;
}

void App::accept_all() {
  while (!stopping()) {
    Peer peer;
    if (!listener_.accept_into(peer, 20ms)) continue;
    const std::lock_guard lock(mutex_);
    if (stop_) return;
    peers_.push_back(std::move(peer));
    threads_.emplace_back([this, &mine = peers_.back()] { run(mine); });
  }
}

void App::run(Peer& peer) {
  try {
    for (bool again = true; again;) {
      // A connection may be idle for as long as it likes.
      if (!peer.is_quiet(1h) && peer.socket().end() != Socket::End::open) break;
      {
        const std::lock_guard lock(mutex_);
        ++busy_;
      }
      auto request = peer.request();
      {
        const std::lock_guard lock(mutex_);
        account_.requests.push_back(request);
      }
      again = serve_(peer, request);
      const std::lock_guard lock(mutex_);
      --busy_;
    }
  } catch (const WireError& error) {
    note_failure(error);
  }
  shutdown(peer.socket().fd(), SHUT_RDWR);
}

void App::note_failure(const WireError& error) {
  const std::lock_guard lock(mutex_);
  --busy_;
  if (stop_) return;
  const bool cut = dynamic_cast<const Cut*>(&error) != nullptr;
  (cut ? account_.cut : account_.odd).emplace_back(error.what());
}

App::Account App::account() const {
  const std::lock_guard lock(mutex_);
  return account_;
}

Message App::last() const {
  const std::lock_guard lock(mutex_);
  if (account_.requests.empty()) throw WireError("the app has seen no request");
  return account_.requests.back();
}

void App::forget() {
  const std::lock_guard lock(mutex_);
  account_ = {};
}

std::size_t App::connections() const {
  const std::lock_guard lock(mutex_);
  return peers_.size();
}

bool App::settles(Clock::duration within) const {
  return eventually(
      [this] {
        const std::lock_guard lock(mutex_);
        return busy_ == 0;
      },
      within);
}

}  // namespace e2e
