#include "tests/system/faults/key_server.hpp"

namespace e2e::faults {
namespace {

constexpr std::size_t keys_most = 3;  // a token ends long before its key leaves

}  // namespace

KeyServer::KeyServer()
    : app_(listener_, [this](Peer& peer, const Message&) { return serve(peer); }) {
  rotate();
}

std::string KeyServer::sign(const std::string& payload) const {
  const std::lock_guard lock(mutex_);
  const Key& newest = keys_.back();
  return newest.key.token("ES256", payload, "\"kid\":\"" + newest.kid + "\"");
}

void KeyServer::rotate() {
  const std::lock_guard lock(mutex_);
  keys_.push_back({"k" + std::to_string(made_++),
                   sidestream::test::SigningKey(sidestream::test::KeyKind::p256)});
  if (keys_.size() > keys_most) keys_.erase(keys_.begin());
}

bool KeyServer::serve(Peer& peer) const {
  if (away_) return false;
  std::string set;
  const std::lock_guard lock(mutex_);
  for (const Key& key : keys_)
    set += (set.empty() ? "" : ",") + key.key.jwk("\"kid\":\"" + key.kid + "\"");
  peer.send(answer_text("200 OK", {"Content-Type: application/json"}, "{\"keys\":[" + set + "]}"));
  return true;
}

}  // namespace e2e::faults
