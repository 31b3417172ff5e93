#include "sidecar/settings/load.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <variant>

#include "tests/unit/settings/support.hpp"

namespace sidestream::test {
namespace {

using namespace std::chrono_literals;
using Errors = std::vector<std::string>;

TEST(Load, ReadsEveryServerSetting) {
  const ServerSettings server = load_good(connectors + topics + R"(
server:
  listen: "127.0.0.1:0"
  admin: ":9000"
  console: true
  threads: 3
  memory: 64MiB
  heartbeat: 250ms
  retry: 3s
  max_connections: 7
  drain_delay: 5s
  max_age: 10m
  drain: 0
  drain_http: true
  access_log: 10
  cors: { origins: ["https://a.example.com", "http://localhost:5173"], credentials: true }
)")
                                    .server;
  ServerSettings expected;
  expected.listen = "127.0.0.1:0";
  expected.admin = "[::]:9000";
  expected.console = true;
  expected.threads = 3;
  expected.memory = 64 << 20;
  expected.heartbeat = 250ms;
  expected.retry = {3s, 3s};
  expected.max_connections = 7;
  expected.drain_delay = 5s;
  expected.max_age = 10min;
  expected.drain = 0s;
  expected.drain_http = true;
  expected.access_log = 10;
  expected.cors = {{"https://a.example.com", "http://localhost:5173"}, true};
  EXPECT_EQ(server, expected);
}

TEST(Load, ReadsEveryTopicSetting) {
  const Settings settings = load_good(connectors + R"(
topics:
  orders:
    path: /shop/{region}
    from: events
    topic: "shop.orders-{region}"
    publish: true
    start: earliest
    on_reset: earliest
    control_events: false
    envelope: true
    event: { header: type, name: order }
    invalid_utf8: skip
    tombstone: delete
    max_event: 8MiB
    log: 64KiB
    heartbeat: 1s
    retry: 100ms..200ms
    flush: 10ms
    tail_max: 50
    max_logs: 20
    linger: 0s
    cors: { origins: ["*"] }
)");
  TopicSettings expected;
  expected.name = "orders";
  expected.path = "/shop/{region}";
  expected.from = "events";
  expected.log = "shop.orders-{region}";
  expected.publish = Publish::yes;
  expected.start = Start::earliest;
  expected.on_reset = Start::earliest;
  expected.control_events = ControlEvents::needed;
  expected.envelope = true;
  expected.event_header = "type";
  expected.event_name = "order";
  expected.invalid_utf8 = InvalidUtf8::skip;
  expected.tombstone = Tombstone::delete_event;
  expected.max_event = 8 << 20;
  expected.log_bytes = 64 << 10;
  expected.heartbeat = 1s;
  expected.retry = {100ms, 200ms};
  expected.flush = 10ms;
  expected.tail_max = 50;
  expected.max_logs = 20;
  expected.linger = 0s;
  expected.cors = {{"*"}, false};
  ASSERT_EQ(settings.topics.size(), 1u);
  EXPECT_EQ(settings.topics[0], expected);
  EXPECT_TRUE(settings.topics[0].is_template());
}

TEST(Load, ReadsTheSettingsOfRedisTopics) {
  const Settings settings = load_good(connectors + R"(
topics:
  a: { from: cache, stream: a, publish: true, keep: 5000, event: { name: a } }
)");
  EXPECT_EQ(settings.topics.at(0).keep, 5000u);
  EXPECT_EQ(settings.topics.at(0).event_name, "a");
  EXPECT_EQ(settings.topics.at(0).event_header, "");
}

TEST(Load, TopicsInheritServerDefaultsInAnyOrder) {
  const Settings settings = load_good(connectors + R"(
topics:
  a: { from: local }
  b: { from: local, heartbeat: 2s, retry: 4s, cors: {} }
server: { heartbeat: 1s, retry: 1s..3s, cors: { origins: ["https://a.example.com"] } }
)");
  ASSERT_EQ(settings.topics.size(), 2u);
  EXPECT_EQ(settings.topics[0].heartbeat, 1s);
  EXPECT_EQ(settings.topics[0].retry, (RetrySettings{1s, 3s}));
  EXPECT_EQ(settings.topics[0].cors, settings.server.cors);
  EXPECT_EQ(settings.topics[1].heartbeat, 2s);
  EXPECT_EQ(settings.topics[1].retry, (RetrySettings{4s, 4s}));
  EXPECT_EQ(settings.topics[1].cors, CorsSettings{});
}

TEST(Load, KeepsTheOrderOfConnectors) {
  const Settings settings = load_good(R"(
connectors:
  zebra: { redis: { url: "rediss://user@redis:6380/3", password: pw, ca: /etc/ca.pem } }
  kafka:
    kafka: { bootstrap.servers: "k:9092", fetch.min.bytes: 1, enable.sparse.connections: true }
  disk:
    embedded: { path: /var/lib/log.db, retention: { records: 10, bytes: 1MiB, age: 7d } }
  memory: { embedded: }
topics: { hello: { from: memory } }
)");
  const std::vector<ConnectorSettings> expected{
      {"zebra", RedisSettings{"redis", 6380, true, 3, "user", "pw", "/etc/ca.pem"}},
      {"kafka", KafkaSettings{{{"bootstrap.servers", "k:9092"},
                               {"fetch.min.bytes", "1"},
                               {"enable.sparse.connections", "true"}}}},
      {"disk", EmbeddedSettings{"/var/lib/log.db", 10, 1 << 20, 7 * 24h}},
      {"memory", EmbeddedSettings{}}};
  EXPECT_EQ(settings.connectors, expected);
}

TEST(Load, NamesEmbeddedLogsAfterTheirTopic) {
  const Settings settings =
      load_good(connectors + "topics: { a: { from: local }, b: { from: local, stream: x/y } }");
  EXPECT_EQ(settings.topics.at(0).log, "a");
  EXPECT_EQ(settings.topics.at(1).log, "x/y");
  EXPECT_EQ(settings.topics.at(0).path, "/events/a");
}

TEST(Load, AcceptsPathsThatDoNotOverlap) {
  load_good(connectors + R"(
topics:
  a: { from: cache, path: "/rooms/{room}", stream: "{room}" }
  b: { from: cache, path: "/rooms/a:b", stream: b }
  c: { from: cache, path: "/rooms/{room}/{seat}", stream: "{room}/{seat}" }
  d: { from: cache, path: "/{kind}/d/x/y", stream: "{kind}:{kind}" }
  e: { from: local, path: /events/e/f }
)");
}

TEST(Load, AcceptsNumbersAsStrings) {
  const Settings settings = load_good(
      "connectors: { c: { redis: { url: 'redis://r', password: 0123 } } }\n"
      "topics: { 2024: { from: c, stream: 1.50 } }\n");
  EXPECT_EQ(std::get<RedisSettings>(settings.connectors.at(0).kind).password, "0123");
  EXPECT_EQ(settings.topics.at(0).name, "2024");
  EXPECT_EQ(settings.topics.at(0).log, "1.50");
}

TEST(Load, ResolvesAliasesOfWholeValues) {
  const Settings settings = load_good(connectors + R"(
server: { cors: &cors { origins: ["https://a.example.com"] }, retry: &retry 1s..2s }
topics:
  a: &a { from: local, stream: a, retry: *retry, cors: *cors, path: /a }
)");
  EXPECT_EQ(settings.topics.at(0).retry, (RetrySettings{1s, 2s}));
  EXPECT_EQ(settings.topics.at(0).cors, settings.server.cors);
}

TEST(Load, AcceptsCrlfAndAByteOrderMark) {
  std::string text = "\xEF\xBB\xBF";
  for (const char c : connectors + topics) text += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(load_good(text), load_good(connectors + topics));
}

TEST(Load, CountsColumnsInCharactersAlsoWithCrlf) {
  EXPECT_EQ(errors_of("connectors: {}\r\ntopics: { a: { from: x } }\r\n"),
            Errors{"2:22: topics.a.from: \"x\" is not a connector; the file has no connectors"});
}

TEST(Load, ExpandsValuesOfAnyType) {
  const ServerSettings server =
      load_good(
          connectors + topics +
          "server: { listen: '[::]:${PORT}', console: '${YES}', max_connections: '${PORT}' }\n")
          .server;
  EXPECT_EQ(server.listen, "[::]:8088");
  EXPECT_TRUE(server.console);
  EXPECT_EQ(server.max_connections, 8088u);
}

TEST(Load, NamesAMissingFile) {
  EXPECT_EQ(load_settings("no/such.yaml", environment).errors,
            Errors{"no/such.yaml: cannot read the file: No such file or directory"});
  EXPECT_EQ(load_settings("/", environment).errors,
            Errors{"/: cannot read the file: Is a directory"});
}

// With all others, so that nobody mends one after the other.
TEST(Load, ReportsLibraryProblemsAtTheProperty) {
  using Texts = std::map<std::string, std::string>;
  const auto check = [](const Texts&, const Texts&) {
    return Errors{"linger.ms: is odd", "two of them contradict each other"};
  };
  const Loaded loaded = parse_settings(
      "connectors:\n  k: { kafka: { bootstrap.servers: 'x:1', linger.ms: abc } }\n"
      "topics:\n  t: { from: k, topic: t, heartbeat: often }\n",
      "test.yaml", environment, {.kafka = check});
  ASSERT_EQ(loaded.errors.size(), 3u);
  EXPECT_EQ(loaded.errors[0],
            "test.yaml:2:15: connectors.k.kafka: two of them contradict each other");
  EXPECT_EQ(loaded.errors[1], "test.yaml:2:54: connectors.k.kafka.linger.ms: is odd");
  EXPECT_TRUE(loaded.errors[2].starts_with("test.yaml:4:")) << loaded.errors[2];
}

TEST(Load, ReportsProblemsOfFilesAtTheirKeys) {
  Checks checks;
  checks.keys = [](const IssuerSettings& issuer) { return "no key fits " + issuer.issuer; };
  checks.authorities = [](const std::string& path) { return "cannot read " + path; };
  checks.tls = [](const TlsSettings& tls) { return "key: cannot read " + tls.key; };
  const Loaded loaded = parse_settings(
      "connectors: { l: { embedded: {} } }\n"
      "topics: { t: { from: l, read: anyone } }\n"
      "server:\n  tls: { certificate: a.crt, key: '${PORT}.key' }\n"
      "access:\n  tokens:\n"
      "    - { issuer: i, audience: a, keys: 'https://x/y', ca: ca.pem }\n"
      "  token_from: [{ query: topic }]\n",
      "folder/test.yaml", environment, checks);
  EXPECT_EQ(loaded.errors,
            (Errors{"folder/test.yaml:4:35: server.tls.key: cannot read folder/${PORT}.key",
                    "folder/test.yaml:7:39: access.tokens[0].keys: no key fits i",
                    "folder/test.yaml:7:58: access.tokens[0].ca: cannot read folder/ca.pem",
                    "folder/test.yaml:8:25: access.token_from[0].query: \"topic\" is a query "
                    "parameter with another meaning; write another name, like ticket"}));
}

TEST(Load, TakesPathsFromTheFolderOfTheFile) {
  const auto tls = [](const std::string& path) {
    return parse_settings(
               "connectors: { l: { embedded: {} } }\ntopics: { t: { from: l } }\n"
               "server: { tls: { certificate: a/b.crt, key: /k } }\n",
               path, environment)
        .settings.server.tls.value();
  };
  EXPECT_EQ(tls("/etc/sidestream/test.yaml").certificate, "/etc/sidestream/a/b.crt");
  EXPECT_EQ(tls("/etc/sidestream/test.yaml").key, "/k");
  EXPECT_EQ(tls("/etc/sidestream/test.yaml").client_ca, "");
  EXPECT_EQ(tls("test.yaml").certificate, "a/b.crt");
}

TEST(Load, UsesTheProcessEnvironmentByDefault) {
  ASSERT_EQ(setenv("SIDESTREAM_TEST_PORT", "1234", 1), 0);
  EXPECT_EQ(process_environment("SIDESTREAM_TEST_PORT"), "1234");
  EXPECT_EQ(process_environment("SIDESTREAM_TEST_UNSET"), std::nullopt);
  const Loaded loaded = parse_settings(
      connectors + topics + "server: { listen: ':${SIDESTREAM_TEST_PORT}' }\n", "test.yaml");
  EXPECT_EQ(loaded.settings.server.listen, "[::]:1234");
}

}  // namespace
}  // namespace sidestream::test
