#pragma once
// Fixture of the refusals: a server, an unlimited administrator, and a connector whose user the
// administrator can restrict.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/connectors/redis_test.hpp"

namespace sidestream::test {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class RedisRefusals : public RedisTest {
 protected:
  // Connects as the user `reader`, with all rights.
  void start_as_reader(std::vector<std::string> arguments = {}) {
    start_server(std::move(arguments));
    admin().call({"ACL", "SETUSER", "reader", "on", ">secret", "~*", "&*", "+@all"});
    connect({.username = "reader", .password = "secret"});
  }
  void rights(std::initializer_list<std::string_view> changes) {
    std::vector<std::string> words{"ACL", "SETUSER", "reader"};
    words.insert(words.end(), changes.begin(), changes.end());
    admin().call(words);
  }

  Result<LogExtent> ask_extent(const std::string& stream) {
    return ask<LogExtent>([&](auto done) { connector().extent(stream, done); });
  }
  Result<Position> ask_locate(const std::string& stream) {
    return ask<Position>([&](auto done) { connector().locate(stream, Timestamp(), done); });
  }
  Result<Offset> ask_back(const std::string& stream, Offset end) {
    return ask<Offset>([&](auto done) { connector().back(stream, 0, end, 2, done); });
  }
  // One page; the offset it reaches.
  Result<Offset> ask_read(const std::string& stream, Offset after, Offset until,
                          std::vector<Seen>* into = nullptr) {
    const auto seen = std::make_shared<std::vector<Seen>>();
    const auto keep = [seen](std::span<const Record> records) {
      for (const auto& record : records) seen->emplace_back(record);
    };
    auto reached = ask<Offset>([&](auto done) {
      connector().read({.log = stream, .after = after, .until = until}, keep, done);
    });
    if (into) into->insert(into->end(), seen->begin(), seen->end());
    return reached;
  }
  // As the stream layer reads: page by page, again after each refusal.
  std::vector<Seen> read_all(const std::string& stream, Offset until) {
    std::vector<Seen> all;
    Offset after{0};
    eventually([&] {
      const auto reached = ask_read(stream, after, until, &all);
      if (reached) after = *reached;
      return after >= until;
    });
    return all;
  }
  template <class Ask>
  bool recovers(Ask again) {
    return eventually([&] { return again().has_value(); }) && wait_detail_gone();
  }

  std::string detail() { return probe().detail(); }
  bool wait_detail(const std::string& text) {
    return eventually([&] { return detail().find(text) != std::string::npos; });
  }
  bool wait_detail_gone() {
    return eventually([&] { return probe().is_up() && detail().empty(); });
  }
  std::size_t lines(const std::string& text) {
    std::size_t count = 0;
    const auto all = log();
    for (auto at = all.find(text); at != all.npos; at = all.find(text, at + 1)) ++count;
    return count;
  }
  // Calls of a command so far, from scripts too.
  long calls(const std::string& command) {
    const auto text = std::string(redis::text_of(*admin().call({"INFO", "commandstats"})));
    const auto at = text.find("cmdstat_" + command + ":calls=");
    return at == text.npos ? 0 : std::stol(text.substr(text.find('=', at) + 1));
  }
  long stat(const char* section, const char* field) {
    return std::stol(admin().info(section, field));
  }
};

}  // namespace sidestream::test
