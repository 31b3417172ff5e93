// The first block of a stream carries an id, because some clients forget theirs on a block without
// one.

#include <gtest/gtest.h>

#include "client.hpp"
#include "scripted_connector.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

// Two topics with ten records each.
class FirstBlockTest : public testing::Test {
 protected:
  struct Side {
    Side(std::string name, ReplayPool& pool)
        : topic(settings(std::move(name)), test::borrowed(broker)) {
      for (int i = 0; i < 10; ++i) broker.append(0, std::to_string(i));
      log = std::make_shared<OpenLog>(test::borrowed(topic), topic.settings.name, pool, Logger());
    }
    static TopicSettings settings(std::string name) {
      TopicSettings s;
      s.name = std::move(name);
      return s;
    }

    ScriptedConnector broker{1};
    Topic topic;
    std::shared_ptr<OpenLog> log;
  };

  static StartRequest after(std::string id) {
    StartRequest request;
    request.kind = StartRequest::Kind::resume;
    request.id = std::move(id);
    return request;
  }
  void connect(const std::string& id, std::size_t topics = 1) {
    options_.own_id = id;
    options_.composite = topics > 1;
    std::vector<std::shared_ptr<OpenLog>> logs{orders_.log};
    if (topics > 1) logs.push_back(alerts_.log);
    client_.emplace(logs, std::vector<StartRequest>(topics, after(id)), options_);
  }
  void answer() {
    orders_.broker.answer_all();
    alerts_.broker.answer_all();
    client_->open_post();
    client_->read_all();
  }
  const std::vector<ClientEvent>& events() const { return client_->events(); }

  Memory memory_{1 << 20};
  ReplayPool pool_{memory_};
  Side orders_{"orders", pool_};
  Side alerts_{"alerts", pool_};
  SubscriptionOptions options_;
  std::optional<Client> client_;
};

TEST_F(FirstBlockTest, KeepsTheClientsIdBeforeAReset) {
  connect("nonsense");
  answer();
  ASSERT_EQ(events().size(), 2u);
  EXPECT_EQ(events()[0].name, "stream-open");
  EXPECT_EQ(events()[0].id, "nonsense") << "a client that is cut here gets the reset again";
  EXPECT_EQ(events()[1].name, "stream-reset");
  EXPECT_EQ(events()[1].id, "9");
}

TEST_F(FirstBlockTest, IsTheResetWithItsPositionWithoutControlEvents) {
  options_.control_events = false;
  connect("nonsense");
  answer();
  ASSERT_EQ(events().size(), 1u);
  EXPECT_EQ(events()[0].name, "stream-reset");
  EXPECT_EQ(events()[0].id, "9");
}

TEST_F(FirstBlockTest, KeepsTheClientsIdUntilAllTopicsAreReset) {
  options_.control_events = false;
  connect("nonsense", 2);
  answer();
  ASSERT_EQ(events().size(), 2u);
  EXPECT_EQ(events()[0].name, "stream-reset");
  EXPECT_EQ(events()[0].id, "nonsense");
  EXPECT_EQ(events()[1].id, "orders~9~~alerts~9");
}

TEST_F(FirstBlockTest, KeepsTheClientsIdWhenTheStreamEndsBeforeItsStart) {
  connect("3");
  client_->subscription().end("drain", 2000);
  client_->read_all();
  ASSERT_EQ(events().size(), 1u);
  EXPECT_EQ(events()[0].name, "stream-shutdown");
  EXPECT_EQ(events()[0].id, "3");
}

TEST_F(FirstBlockTest, HasNoIdWhenNeitherClientNorStartHasOne) {
  connect("");
  client_->subscription().end("drain", 2000);
  client_->read_all();
  ASSERT_EQ(events().size(), 1u);
  EXPECT_EQ(events()[0].id, "");
}

}  // namespace
}  // namespace sidestream
