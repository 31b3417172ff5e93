// Redis as a broker of the suite: a redis-server of the test process. Its data is on disk and
// survives an outage.
#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/redis_connector.hpp"
#include "tests/integration/connectors/broker_fixture.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace sidestream::test {
namespace {

class RedisFixture final : public BrokerFixture {
 public:
  RedisFixture() {
    if (RedisServer::is_installed()) server_.start();
  }

  std::string name() const override { return "redis"; }
  std::string unavailable() const override {
    return RedisServer::is_installed() ? "" : "no redis-server on this machine";
  }

  std::unique_ptr<Connector> make_connector() override {
    return make_redis_connector("redis", {.port = server_.port()}, Logger());
  }

  void create_log(const std::string&, int) override {}

  std::vector<Offset> append(const std::string& log, Partition,
                             std::span<const NewRecord> records) override {
    std::vector<std::string> commands;
    for (const auto& record : records) commands.push_back(append_command(log, record));
    auto client = server_.client();
    std::vector<Offset> offsets;
    for (const auto& reply : client.pipeline(commands)) {
      offsets.push_back(redis::parse_entry_id(redis::text_of(*reply)).value());
    }
    return offsets;
  }

  void trim(const std::string& log, Partition, Offset before) override {
    server_.client().call({"XTRIM", log, "MINID", redis::format_entry_id(before)});
  }
  void delete_log(const std::string& log) override { server_.client().call({"DEL", log}); }
  void recreate_log(const std::string&, int) override {}

  void stop_broker() override { server_.stop(); }
  void start_broker() override { server_.start(); }

 private:
  static std::string append_command(const std::string& log, const NewRecord& record) {
    std::vector<std::string_view> words{"XADD", log, "*", "data", record.value.value()};
    if (record.key) words.insert(words.end(), {"key", *record.key});
    if (!record.event.empty()) words.insert(words.end(), {"event", record.event});
    return redis::format_command(words);
  }

  RedisServer server_;
};

}  // namespace

std::unique_ptr<BrokerFixture> make_redis_fixture() { return std::make_unique<RedisFixture>(); }

}  // namespace sidestream::test
