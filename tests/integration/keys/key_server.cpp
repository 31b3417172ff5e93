#include "key_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <csignal>
#include <future>
#include <utility>

namespace sidestream::test {
namespace {

using namespace std::chrono_literals;

constexpr int connections_max = 10'000;
constexpr std::chrono::seconds patience{20};

struct Verdicts {
  std::vector<TokenVerdict> found;
  std::size_t missing = 0;
  std::promise<void> done;
};

Awaitable<void> verify_into(KeyStore& keys, std::string token, std::shared_ptr<Verdicts> into) {
  TokenVerdict verdict = co_await keys.verify(std::move(token));
  into->found.push_back(std::move(verdict));
  if (--into->missing == 0) into->done.set_value();
}

}  // namespace

KeyServer::KeyServer() {
  std::signal(SIGPIPE, SIG_IGN);  // clients leave early
  serve(R"({"keys":[]})");
  const std::vector<Script> scripts(
      connections_max, [this](ServerConnection& connection) { run_script(connection); });
  server_ = std::make_unique<LoopbackServer>(scripts, Listen::ipv4, &certificate_);
  url_ = server_->url("/jwks.json?tenant=secret");
}

void KeyServer::play(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

void KeyServer::serve(const std::string& keys, const std::string& headers) {
  play([keys, headers](ServerConnection& connection) {
    if (connection.read_request().empty()) return;
    connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/jwk-set+json\r\n" + headers +
                    "Content-Length: " + std::to_string(keys.size()) + "\r\n\r\n" + keys);
  });
}

void KeyServer::run_script(ServerConnection& connection) {
  Script script;
  {
    const std::lock_guard lock(mutex_);
    script = script_;
  }
  script(connection);
}

IssuerSettings KeyServer::issuer() const {
  IssuerSettings issuer;
  issuer.issuer = "https://id.example.com/";
  issuer.audiences = {"sidestream"};
  issuer.keys_url = url_;
  issuer.ca = certificate_.file();
  return issuer;
}

VerifyLoop::~VerifyLoop() {
  io_.stop();
  thread_.join();
}

TokenVerdict VerifyLoop::verify(KeyStore& keys, const std::string& token) {
  return verify(keys, token, 1).at(0);
}

std::vector<TokenVerdict> VerifyLoop::verify(KeyStore& keys, const std::string& token, int count) {
  auto verdicts = std::make_shared<Verdicts>();
  verdicts->missing = static_cast<std::size_t>(count);
  for (int i = 0; i < count; ++i) {
    boost::asio::co_spawn(io_, verify_into(keys, token, verdicts), [](const std::exception_ptr& e) {
      if (e) std::rethrow_exception(e);
    });
  }
  if (verdicts->done.get_future().wait_for(patience) != std::future_status::ready) {
    throw std::runtime_error("no verdict within 20 s");
  }
  return verdicts->found;
}

std::string name_of(const TokenVerdict& verdict) {
  if (verdict.kind == TokenVerdict::Kind::verified) return "verified";
  if (verdict.kind == TokenVerdict::Kind::undecided) return "undecided";
  return std::string(name_of(verdict.fault));
}

KeyStoreRig::KeyStoreRig(const IssuerSettings& issuer, KeyFetchLimits limits)
    : store(thread_.io(), {issuer}, probe, logger(), nullptr, limits) {
  thread_.start();
}

Logger KeyStoreRig::logger() {
  return {LogLevel::debug, LogFormat::json, [this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            log_ += line;
          }};
}

bool KeyStoreRig::wait_until(const std::function<bool(const KeyState&)>& holds) const {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds(state())) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

std::string KeyStoreRig::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

std::string token_of(const SigningKey& key, const std::string& kid, const std::string& more) {
  return key.token("ES256",
                   R"({"iss":"https://id.example.com/","aud":"sidestream","sub":"alice",)"
                   R"("exp":4102444800)" +
                       more + "}",
                   R"("kid":")" + kid + "\"");
}

}  // namespace sidestream::test
