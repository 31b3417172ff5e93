#pragma once
// A dispatcher over one event loop without a thread, whose broker is scripted and whose connection
// is recorded.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "recording_responder.hpp"
#include "sidecar/http/handlers/dispatcher.hpp"
#include "sidecar/http/protocol/target.hpp"
#include "tests/support/borrowed.hpp"
#include "tests/unit/stream/scripted_connector.hpp"

namespace sidestream::test {

inline TopicSettings orders() {
  TopicSettings settings;
  settings.name = "orders";
  settings.path = "/events/orders";
  settings.log = "orders";
  settings.publish = Publish::yes;
  settings.max_event = 100;
  return settings;
}

inline TopicSettings chat() {
  TopicSettings settings = orders();
  settings.name = "chat";
  settings.path = "/chat/{session}";
  settings.log = "chat:{session}";
  settings.max_logs = 2;
  return settings;
}

// One event loop without a thread, a topic and a template over a scripted broker with ten records.
class DispatcherTest : public testing::Test {
 protected:
  DispatcherTest() {
    for (int i = 0; i < 10; ++i) broker_.append(0, std::to_string(i));
  }
  ~DispatcherTest() override { loop().streams().close_all(); }

  // Created with the first use, so that a test can change settings_ before.
  EventLoop& loop() {
    if (!loop_) {
      config_.emplace(RunningConfig{settings_, TopicMap({topic_, chat_})});
      loop_.emplace(memory_, probe_, lifecycle_, quotas_, limits_, *config_, Logger());
    }
    return *loop_;
  }
  void begin(std::string method, std::string_view target, Fields headers = {},
             Port port = Port::streams) {
    request_ = {};
    request_.method = std::move(method);
    request_.headers = std::move(headers);
    request_.client = client_;
    EXPECT_TRUE(decode({target, {}}, request_));
    dispatcher_.emplace(port, loop(), context_);
    route_ = dispatcher_->find(&request_);
    auto answer = dispatcher_->answer(request_, route_, responder_);
    boost::asio::co_spawn(loop().io(), std::move(answer), boost::asio::detached);
    poll();
  }
  void poll() {
    loop().io().restart();
    loop().io().poll();
  }
  // Until broker and loop have nothing more to do.
  void settle() {
    while (broker_.answer_all()) poll();
  }
  const std::string& received() const { return responder_.outlet->received; }

  ServerSettings settings_;
  Memory memory_{1 << 20};
  ReplayPool pool_{memory_};
  ScriptedConnector broker_{1};
  std::shared_ptr<Topic> topic_ = std::make_shared<Topic>(orders(), borrowed(broker_));
  std::shared_ptr<Topic> chat_ = std::make_shared<Topic>(chat(), borrowed(broker_));
  OpenLogs logs_{memory_, pool_, Logger()};
  ServerProbe probe_;
  Lifecycle lifecycle_;
  Quotas quotas_;
  AdminPages pages_{
      logs_,
      probe_,
      lifecycle_,
      {[] { return std::string(); }, [] { return std::vector<NamedConnector>(); }, [] {}}};
  Router router_{pages_};
  Limits limits_{memory_.budget(), Logger()};
  HiddenTexts hidden_;
  QuestionLogs questions_;
  ServerContext context_{router_, logs_,      probe_,  lifecycle_, quotas_,
                         limits_, questions_, hidden_, Logger()};
  std::optional<ConfigHolder> config_;
  Request request_;
  Client client_;
  Route route_;
  RecordingResponder responder_;
  std::optional<EventLoop> loop_;
  std::optional<Dispatcher> dispatcher_;
};

}  // namespace sidestream::test
