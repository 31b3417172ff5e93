#pragma once
// Fixture of the tests specific to Redis: a server and a connector for each test.

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "connectors/redis/command.hpp"
#include "connectors/redis/redis_connector.hpp"
#include "tests/integration/connectors/recording.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace sidestream::test {

class RedisTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RedisServer::is_installed()) GTEST_SKIP() << "no redis-server on this machine";
  }
  void TearDown() override {
    if (connector_) connector_->stop();
  }

  void start_server(std::vector<std::string> arguments = {}) {
    server_ = std::make_unique<RedisServer>(std::move(arguments));
    server_->start();
    admin_ = std::make_unique<RedisClient>(server_->port());
  }
  void connect(RedisOptions options = {}) {
    if (options.port == RedisOptions().port) options.port = server_->port();
    connector_ = make_redis_connector("cache", std::move(options),
                                      Logger(LogLevel::info, LogFormat::text, [this](auto line) {
                                        const std::lock_guard lock(log_mutex_);
                                        log_ += line;
                                      }));
    connector_->start();
  }
  void start(std::vector<std::string> arguments = {}) {
    start_server(std::move(arguments));
    connect();
  }

  RedisServer& server() { return *server_; }
  RedisClient& admin() { return *admin_; }
  Connector& connector() { return *connector_; }
  const ConnectorProbe& probe() { return connector_->probe(); }
  std::string log() {
    const std::lock_guard lock(log_mutex_);
    return log_;
  }

  // A tail from the end, after extent(), as the application opens it.
  std::unique_ptr<Tail> tail(const std::string& stream, RecordingSink& sink) {
    return connector().tail(stream, {extent(stream).last}, sink);
  }
  Extent extent(const std::string& stream) {
    return ask<LogExtent>([&](auto done) { connector().extent(stream, done); })
        .value()
        .partitions.at(0);
  }
  PublishResult publish(const std::string& stream, const std::string& value) {
    return ask<Published>([&](auto done) { connector().publish(stream, {.value = value}, done); });
  }
  bool wait_down(const std::string& detail) {
    return eventually(
        [&] { return !probe().is_up() && probe().detail().find(detail) != std::string::npos; });
  }
  // Adds `count` entries in one transaction, so that no reader sees a part.
  void burst(const std::string& stream, int count, int keep) {
    std::vector<std::string> commands{redis::format_command({"MULTI"})};
    for (int i = 0; i < count; ++i) {
      commands.push_back(redis::format_command(
          {"XADD", stream, "MAXLEN", std::to_string(keep), "*", "data", std::to_string(i)}));
    }
    commands.push_back(redis::format_command({"EXEC"}));
    admin().pipeline(commands);
  }

 private:
  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<RedisClient> admin_;
  std::unique_ptr<Connector> connector_;
  std::mutex log_mutex_;
  std::string log_;
};

}  // namespace sidestream::test
