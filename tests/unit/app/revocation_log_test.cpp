#include "sidecar/app/revocation_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "tests/unit/stream/scripted_connector.hpp"

namespace sidestream {
namespace {

class RevocationLogTest : public testing::Test {
 protected:
  RevocationLogTest() {
    log_->start();
    answer();
  }
  ~RevocationLogTest() override { log_->stop(); }

  void answer() {
    while (broker_->answer_all()) {
    }
  }
  void append(const std::string& json) { broker_->append(0, json); }
  bool is_well() const { return probe_.revocation_log.state().since_ms == 0; }
  auto lines_with(const std::string& text) const {
    return std::ranges::count_if(
        lines_, [&](const auto& line) { return line.find(text) != std::string::npos; });
  }
  bool is_revoked(std::string subject) const {
    Person person;
    person.subject = std::move(subject);
    return table_->ends(person);
  }

  boost::asio::io_context io_;
  std::shared_ptr<ScriptedConnector> broker_ = std::make_shared<ScriptedConnector>(1);
  std::shared_ptr<RevocationTable> table_ = std::make_shared<RevocationTable>();
  AccessProbe probe_;
  std::vector<std::string> lines_;
  std::shared_ptr<RevocationLog> log_ = std::make_shared<RevocationLog>(
      io_, broker_, "revoked", table_, probe_, [](const Revocation&) {},
      Logger(LogLevel::info, LogFormat::json,
             [this](std::string_view line) { lines_.emplace_back(line); }));
};

TEST_F(RevocationLogTest, IsReadAgainAndWellWhenItIsRecreated) {
  append(R"({"sub": "alice"})");
  broker_->deliver_all();
  ASSERT_TRUE(is_well());
  broker_->recreate();
  append(R"({"sub": "bob"})");
  EXPECT_FALSE(is_well());
  answer();
  EXPECT_FALSE(is_well()) << "a record is not read yet";
  broker_->deliver_all();
  EXPECT_TRUE(is_well());
  EXPECT_TRUE(is_revoked("bob"));
  EXPECT_TRUE(is_revoked("alice")) << "what was read stays in force";
  EXPECT_EQ(lines_with("recreated"), 1);
}

TEST_F(RevocationLogTest, IsWellAtOnceWhenTheNewOneIsEmpty) {
  broker_->recreate();
  answer();
  EXPECT_TRUE(is_well());
}

TEST_F(RevocationLogTest, WritesFewLinesAboutManyInvalidRecords) {
  for (int i = 0; i < 1000; ++i) append("x");
  broker_->deliver_all();
  EXPECT_EQ(probe_.revocations_invalid.value(), 1000u);
  EXPECT_GE(lines_with("is not one"), 1);
  EXPECT_LE(lines_with("is not one"), 10);
}

}  // namespace
}  // namespace sidestream
