#pragma once
// A sidecar at its most talkative that meets every kind of credential, good and bad ones, and
// servers that fail. Collects all that it says.
//
// Thread: the test's.

#include <memory>
#include <optional>
#include <string>

#include "tests/integration/access/harness/hs256.hpp"
#include "tests/integration/access/harness/secrets.hpp"
#include "tests/integration/proxy/harness/app.hpp"
#include "tests/support/harness/redis.hpp"

namespace e2e {

class BusyRun {
 public:
  BusyRun();

  void use_good_credentials();
  void use_refused_credentials();
  void break_requests();   // heads that are no HTTP/1.1, with credentials in them
  void use_the_app();      // through the proxy, also where it fails
  void lose_the_app();     // as the one that decides, too
  void revoke();           // and records that are no revocations
  void cure_the_broker();  // its password is the right one from now on
  void reload_bad_file();  // with secrets in what is wrong

  // Log, answers to clients, and all pages of the admin port, so far.
  std::string output();
  const Secrets& secrets() const { return secrets_; }
  Sidecar& sidecar() { return *sidecar_; }

 private:
  struct Passwords {
    std::string redis, other_redis, kafka, signing, key_server, app;
  };

  Config config() const;
  bool serve(Peer& peer, const Message& request) const;
  std::string token(const std::string& name, const std::string& claims,
                    std::int64_t lifetime = 600);
  std::string cookie(const std::string& name);
  void ask(const std::string& target, const Headers& headers = {},
           const std::string& method = "GET", const std::string& body = {});
  void stream(const std::string& target, const Headers& headers = {});
  void send(const std::string& bytes);
  double failed_reloads() const;

  Secrets secrets_;
  Passwords passwords_;
  std::string alice_, refused_, failing_, odd_;  // cookies, by what the app says to them
  std::string answers_;
  RedisServer redis_;
  RedisClient redis_client_{redis_.address()};
  Listener listener_{"tcp"};
  std::optional<App> app_;  // absent: it is down
  std::unique_ptr<Sidecar> sidecar_;
};

}  // namespace e2e
