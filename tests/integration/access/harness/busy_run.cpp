#include "tests/integration/access/harness/busy_run.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/wait.hpp"

namespace e2e {
namespace {

std::string in_quotes(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

BusyRun::BusyRun()
    : passwords_{secrets_.add("the password of Redis", "redis/P4ssword+right"),
                 secrets_.add("the password in a Redis URL", "redisUrlP4ssword"),
                 secrets_.add("the password of Kafka", "kafka=P4ssword&9"),
                 secrets_.add("the secret of an issuer", "issuer-S3cret/0123456789+abcdefghij"),
                 secrets_.add("the key of the key server", "key-server-4ccess"),
                 secrets_.add("the key of the app", "app-auth-4ccess-key")},
      alice_(cookie("alice")),
      refused_(cookie("refused")),
      failing_(cookie("failing")),
      odd_(cookie("odd")) {
  app_.emplace(listener_,
               [this](Peer& peer, const Message& request) { return serve(peer, request); });
  redis_client_.command({"CONFIG", "SET", "requirepass", "another than configured"});
  Config made = config();
  sidecar_ =
      std::make_unique<Sidecar>(made, Process::Environment{{"REDIS_PASSWORD", passwords_.redis}});
}

Config BusyRun::config() const {
  return {
      .server = {"upstream: { url: " + in_quotes(listener_.url()) + ", first_byte_timeout: 300ms }",
                 "limits: { streams_per_subject: 1 }", "heartbeat: 200ms"},
      .connectors = {"local: { embedded: {} }",
                     "cache: { redis: { url: \"redis://" + redis_.address().text() +
                         "\", password: \"${REDIS_PASSWORD}\" } }",
                     "other: { redis: { url: \"redis://app:" + passwords_.other_redis + "@" +
                         redis_.address().text() + "\" } }",
                     "events: { kafka: { bootstrap.servers: \"127.0.0.1:1\", security.protocol: "
                     "sasl_plaintext, sasl.mechanisms: PLAIN, sasl.username: u, sasl.password: " +
                         in_quotes(passwords_.kafka) + ", debug: all } }"},
      .access = {"tokens:",
                 "- { issuer: tests, audience: sidestream, secret: " +
                     in_quotes(passwords_.signing) + ", leeway: 0s }",
                 "- { issuer: away, audience: sidestream, keys: "
                 "\"http://127.0.0.1:1/jwks.json?access=" +
                     passwords_.key_server + "\" }",
                 "token_from: [{ header: authorization }, { header: x-token }, { cookie: token }, "
                 "{ query: ticket }]",
                 "forward: { url: \"" + listener_.url() + "/auth?key=" + passwords_.app +
                     "\", pass: [cookie, authorization, x-api-key], claims: { sub: x-user }, "
                     "recheck: 1s }",
                 "revocations: { from: local, stream: revoked }"},
      .topics = {"mine: { from: local, read: signed_in, publish: signed_in }",
                 "staff: { from: local, read: { claims: { role: admin } }, publish: none }",
                 "cached: { from: cache, stream: s, read: signed_in, publish: signed_in }",
                 "other: { from: other, stream: s, read: signed_in, publish: signed_in }",
                 "events: { from: events, topic: t, read: signed_in, publish: signed_in }",
                 "revoke: { from: local, stream: revoked, read: none, publish: local }"},
      .options = {"--log-level", "debug"}};
}

bool BusyRun::serve(Peer& peer, const Message& request) const {
  const std::string cookies = request.value("Cookie");
  const auto is = [&](const std::string& value) {
    return cookies.find(value) != std::string::npos;
  };
  const std::string path = request.target().substr(0, request.target().find('?'));
  if (path == "/late") std::this_thread::sleep_for(500ms);
  if (path == "/late" || path == "/drop") return false;
  if (path == "/odd") {
    peer.send("Set-Cookie: " + alice_ + "\r\n\r\n");
    return false;
  }
  if (path != "/auth") {
    peer.send(answer_text("200 OK", {}, "fine"));
  } else if (is(alice_)) {
    peer.send(answer_text("200 OK", {"X-User: alice"}));
  } else if (is(odd_)) {
    peer.send(answer_text("200 OK", {"Content-Type: application/json", "Set-Cookie: " + odd_},
                          R"({"sub": "odd", "expires_at": ")" + odd_ + "\"}"));
  } else if (is(failing_)) {
    peer.send(answer_text("302 Found", {"Location: /login?from=" + failing_}));
  } else {
    peer.send(answer_text("401 Unauthorized", {}, "who are you?"));
  }
  return true;
}

std::string BusyRun::token(const std::string& name, const std::string& claims,
                           std::int64_t lifetime) {
  const std::int64_t now = unix_now();
  const std::string payload = R"({"iss":"tests","aud":"sidestream","iat":)" + std::to_string(now) +
                              R"(,"exp":)" + std::to_string(now + lifetime) +
                              (claims.empty() ? "" : "," + claims) + "}";
  return secrets_.add_token(name, sign_payload(payload, passwords_.signing));
}

std::string BusyRun::cookie(const std::string& name) {
  return secrets_.add("the cookie of " + name, name + "=s%3As3ssion/" + hex_of(name) + "+value");
}

void BusyRun::ask(const std::string& target, const Headers& headers, const std::string& method,
                  const std::string& body) {
  const Response response = fetch(
      sidecar_->streams(), {.target = target, .method = method, .headers = headers, .body = body});
  answers_ += response.raw + response.body + "\n";
}

void BusyRun::stream(const std::string& target, const Headers& headers) {
  EventStream stream(sidecar_->streams(), target, headers);
  stream.maybe_next(300ms);
  answers_ += stream.head().raw + stream.body() + "\n";
}

void BusyRun::send(const std::string& bytes) {
  Peer client{Socket(sidecar_->streams())};
  client.try_send(bytes);
  answers_ += client.pending(200ms) + "\n";
}

void BusyRun::use_good_credentials() {
  const std::string email =
      R"("sub":"bob","email":")" + secrets_.add("a claim", "bob-pr1vate@example.com") + "\"";
  const std::string bob = token("bob", email), carol = token("carol", R"("sub":"carol")");
  const std::string ticket = token("a ticket", R"("sub":"dave")", 30);
  ask("/events/mine", bearer(bob), "HEAD");
  stream("/events/mine?from=earliest", bearer(bob));
  stream("/events/mine", {{"X-Token", carol}});
  stream("/events/mine", {{"Cookie", "theme=dark; token=" + carol + "; " + alice_}});
  stream("/events/mine?ticket=" + ticket);
  stream("/events/mine",
         {{"Cookie", alice_}, {"X-Api-Key", secrets_.add("a key", "4pi-key-of-alice")}});
  EventStream first(sidecar_->streams(), "/events/mine", bearer(bob));
  first.control("stream-open");
  stream("/events/mine", bearer(bob));  // one too many
  for (const char* topic : {"mine", "cached", "other", "events"}) {
    ask(std::string("/events/") + topic, bearer(bob), "POST", "hello");
    stream(std::string("/events/") + topic, {{"X-Token", carol}});
  }
  ask("/events/mine?ticket=" + ticket, {}, "POST", "hello");
  const std::string brief = token("a short life", R"("sub":"eve")", 2);
  EventStream ends(sidecar_->streams(), "/events/mine", bearer(brief));
  ends.control("stream-shutdown");
  answers_ += ends.body() + first.body();
}

void BusyRun::use_refused_credentials() {
  const std::string good = token("frank", R"("sub":"frank")");
  const std::string forged = secrets_.add_token(
      "a forged token", sign_payload(R"({"iss":"tests","aud":"sidestream","sub":"mallory"})",
                                     "another secret of 32 bytes or so"));
  const std::string of_away = secrets_.add_token(
      "a token of the issuer that is away",
      sign_payload(R"({"iss":"away","aud":"sidestream","sub":"grace","exp":4102444800})"));
  const std::string none = secrets_.add("what is no token", "n0t-a-token-but-a-secret");
  for (const std::string& bad :
       {token("an expired token", R"("sub":"bob","n":1)", -10), forged, of_away, none,
        token("a token with an odd claim", R"("sub":7,"nbf":"never")"),
        secrets_.add("a token that is too long", std::string(9000, 'T') + "-too-long-a-token")}) {
    for (const char* topic : {"mine", "staff", "cached", "nothing"}) {
      ask(std::string("/events/") + topic, bearer(bad), "HEAD");
      ask(std::string("/events/") + topic, bearer(bad), "POST", "x");
    }
    ask("/events/staff?ticket=" + bad);
    ask("/events/staff", {{"Cookie", "token=" + bad}});
    ask("/events?topic=mine&topic=staff&ticket=" + bad);
  }
  ask("/events/staff", bearer(good));
  ask("/events/mine?ticket=" + good);  // lives too long for a URL
  ask("/events/mine?ticket=" + good + "&ticket=" + none);
  ask("/events/mine", {{"Cookie", "token=" + good + "; token=" + none}});
  ask("/events/mine",
      {{"Authorization", "Basic " + secrets_.add("Basic", "dTpwNHNzd29yZC1iYXNpYw")}});
  for (const std::string& by_app : {refused_, failing_, odd_}) {
    ask("/events/mine", {{"Cookie", by_app}}, "POST", "x");
    ask("/events/mine", {{"Cookie", by_app}}, "HEAD");
  }
}

void BusyRun::break_requests() {
  const std::string good = token("heidi", R"("sub":"heidi")");
  const std::string in_head = "Authorization: Bearer " + good + "\r\nCookie: " + alice_ + "\r\n";
  for (const std::string target : {"/events/mine", "/"}) {
    const std::string with_ticket = target + "?ticket=" + good;
    send("GET " + with_ticket + " HTTP/3.0\r\nHost: x\r\n" + in_head + "\r\n");
    send("GET " + with_ticket + " HTTP/1.1\r\n" + in_head + "\r\n");  // no Host
    send("GET " + with_ticket + " HTTP/1.1\r\nHost: x\r\nCookie: " + alice_ + "\1\r\n\r\n");
    send("GET " + with_ticket + " HTTP/1.1\r\nHost: x\r\nCookie " + alice_ + "\r\n\r\n");
    send("GET " + with_ticket + "%zz HTTP/1.1\r\nHost: x\r\n" + in_head + "\r\n");
    send("POST " + with_ticket + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" + in_head +
         "Transfer-Encoding: chunked\r\n\r\n");
    send("GET " + with_ticket + " HTTP/1.1\r\nHost: x\r\nCookie: " + std::string(100'000, 'a') +
         alice_ + "\r\n\r\n");
  }
}

void BusyRun::use_the_app() {
  const std::string token = this->token("ivan", R"("sub":"ivan")");
  Headers headers = bearer(token);
  headers.emplace_back("Cookie", alice_);
  for (const char* path : {"/page", "/drop", "/late", "/odd"}) {
    const std::string target = std::string(path) + "?ticket=" + token + "&session=" + alice_;
    ask(target, headers);
    ask(target, headers, "POST", "x");
  }
  headers.emplace_back("Upgrade", "websocket");
  headers.emplace_back("Connection", "Upgrade");
  ask("/drop?ticket=" + token, headers);
}

void BusyRun::lose_the_app() {
  EventStream stream(sidecar_->streams(), "/events/mine", {{"Cookie", "n=1; " + alice_}});
  stream.control("stream-open");
  app_.reset();  // its thread accepts from the listener
  listener_.close();
  ask("/page", {{"Cookie", alice_}});
  ask("/events/mine", {{"Cookie", "n=2; " + alice_}}, "POST", "x");
  answers_ += stream.wait_end() == EventStream::End::clean ? stream.body() : "no clean end";
}

void BusyRun::revoke() {
  const std::string judy = token("judy", R"("sub":"judy")");
  EventStream stream(sidecar_->streams(), "/events/mine", bearer(judy));
  stream.control("stream-open");
  for (const std::string& record :
       {std::string(R"({"sub": "judy"})"), R"({"token": ")" + judy + "\"}", judy}) {
    const Response response = post(sidecar_->admin(), "/access/revoke", record, bearer(judy));
    answers_ += response.raw + response.body;
    ask("/events/revoke", bearer(judy), "POST", record);
  }
  stream.control("stream-shutdown");
  answers_ += stream.body();
  ask("/events/mine", bearer(judy), "POST", "x");
}

void BusyRun::cure_the_broker() {
  redis_client_.command({"CONFIG", "SET", "requirepass", passwords_.redis});
  Headers headers = bearer(token("mike", R"("sub":"mike")"));
  EventStream stream(sidecar_->streams(), "/events/cached?from=earliest", headers);
  headers.emplace_back("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_TRUE(eventually(
      [&] { return post(sidecar_->streams(), "/events/cached", "x", headers).status == 201; },
      30s * patience, 100ms));
  stream.record();
  answers_ += stream.body();
}

void BusyRun::reload_bad_file() {
  const std::string text = config().yaml();
  const std::string redis = "password: \"${REDIS_PASSWORD}\"";
  const std::vector<std::pair<std::string, std::string>> mistakes{
      {in_quotes(passwords_.signing),
       in_quotes(secrets_.add("a secret that is short", "short-issuer-s3cret"))},
      {"secret: " + in_quotes(passwords_.signing), "secrets: " + in_quotes(passwords_.signing)},
      {in_quotes(passwords_.signing), "[" + in_quotes(passwords_.signing) + ", x]"},
      {in_quotes(passwords_.signing), "'" + passwords_.signing},
      {redis, "password: [" + in_quotes(passwords_.redis) + "]"},
      {redis, "passwort: " + in_quotes(passwords_.redis)},
      {"redis://app:", "redis:/app:"},
      {"redis://app:" + passwords_.other_redis + "@",
       "redis://app:" + passwords_.other_redis + "@:"},
      {"http://127.0.0.1:1/jwks.json", "ftp://127.0.0.1:1/jwks.json"},
      {"url: \"" + listener_.url() + "/auth", "url: \"ftp" + listener_.url() + "/auth"},
      {"debug: all", "debug: nonsense"}};
  for (const auto& [from, to] : mistakes) {
    std::string bad = text;
    const auto at = bad.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    std::ofstream(sidecar_->config_path(), std::ios::trunc) << bad.replace(at, from.size(), to);
    const double before = failed_reloads();
    sidecar_->process().signal(SIGHUP);
    EXPECT_TRUE(eventually([&] { return failed_reloads() > before; })) << to;
    answers_ += get(sidecar_->admin(), "/readyz").body;
  }
}

double BusyRun::failed_reloads() const {
  return sidecar_->metrics().sum("sidestream_config_reloads_total", {"result=\"failed\""});
}

std::string BusyRun::output() {
  std::string all = sidecar_->log() + answers_;
  for (const char* page :
       {"/metrics", "/readyz", "/livez", "/topics", "/", "/access/revoke", "/x"}) {
    const Response response = get(sidecar_->admin(), page);
    all += response.raw + response.body;
  }
  return all;
}

}  // namespace e2e
