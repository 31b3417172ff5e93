#pragma once
// Fixture of the tests specific to the embedded connector: a temporary folder and one connector.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "connectors/embedded/embedded_connector.hpp"
#include "tests/integration/connectors/recording.hpp"

namespace sidestream::test {

class EmbeddedLog : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (std::filesystem::temp_directory_path() / "sidestream-embedded-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    connector_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string path() const { return (folder_ / "log.db").string(); }
  void open(EmbeddedOptions options) {
    connector_.reset();
    connector_ = make_embedded_connector("test", std::move(options), Logger());
    connector_->start();
  }
  void open() { open({.path = path()}); }
  void close() { connector_.reset(); }

  PublishResult try_publish(const std::string& value, const std::string& log = "log") {
    return ask<Published>([&](auto done) { connector_->publish(log, {.value = value}, done); });
  }
  Offset publish(const std::string& value, const std::string& log = "log") {
    return try_publish(value, log).value().offset;
  }
  void publish_many(int count, const std::string& value, const std::string& log = "log") {
    std::vector<Answer<Published>> answers(static_cast<std::size_t>(count));
    for (auto& answer : answers) connector_->publish(log, {.value = value}, answer.callback());
    for (auto& answer : answers) answer.get().value();
  }
  LogExtent whole_extent(const std::string& log = "log") {
    return ask<LogExtent>([&](auto done) { connector_->extent(log, done); }).value();
  }
  // The nth offset of each log. Requires: the connector is open.
  Offset at(std::int64_t n) {
    return Offset::of(whole_extent("(never written)").partitions.at(0).last.next().number() + n);
  }
  Extent extent(const std::string& log = "log") { return whole_extent(log).partitions.at(0); }
  std::int64_t held(const std::string& log = "log") {
    const auto e = extent(log);
    return e.last.number() - e.floor.number();
  }
  std::vector<Seen> read_all() {
    std::vector<Seen> all;
    const auto e = extent();
    auto after = e.floor;
    const auto keep = [&](std::span<const Record> records) {
      for (const auto& record : records) all.emplace_back(record);
    };
    while (after < e.last) {
      after = ask<Offset>([&](auto done) {
                connector_->read({.log = "log", .after = after, .until = e.last}, keep, done);
              }).value();
    }
    return all;
  }
  bool wait_up() {
    return eventually([&] { return connector_->probe().is_up(); });
  }
  // The probe's detail, once it is down.
  std::string trouble() {
    EXPECT_TRUE(eventually([&] {
      return !connector_->probe().is_up() && connector_->probe().detail() != "not connected yet";
    }));
    return connector_->probe().detail();
  }
  void write_file(const std::string& name, const std::string& text) {
    std::ofstream(name, std::ios::binary) << text;
  }

  std::filesystem::path folder_;
  std::unique_ptr<Connector> connector_;
};

}  // namespace sidestream::test
