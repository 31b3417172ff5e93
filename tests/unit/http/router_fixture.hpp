#pragma once
// A router over three topics of an embedded connector that holds nothing.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "connectors/embedded/embedded_connector.hpp"
#include "sidecar/http/handlers/router.hpp"
#include "sidecar/http/protocol/target.hpp"

namespace sidestream::test {

inline TopicSettings topic(std::string name, std::string path, std::string log, bool publish) {
  TopicSettings t;
  t.name = std::move(name);
  t.path = std::move(path);
  t.log = std::move(log);
  t.publish = publish ? Publish::yes : Publish::no;
  return t;
}

class RouterTest : public testing::Test {
 protected:
  Router::Outcome route(std::string method, std::string_view target, Port port = Port::streams,
                        Fields headers = {}) {
    Request r;
    r.method = std::move(method);
    r.headers = std::move(headers);
    EXPECT_TRUE(decode({target, {}}, r)) << target;
    return router_.route(serving_, port, r, Router::find(serving_, port, r), Timestamp());
  }
  unsigned status(std::string method, std::string_view target, Port port = Port::streams) {
    const auto outcome = route(std::move(method), target, port);
    const auto* response = std::get_if<Response>(&outcome);
    return response ? response->status : 0;
  }

  std::shared_ptr<Connector> broker_ = make_embedded_connector("local", {}, Logger());
  TopicMap topics_{
      {std::make_shared<Topic>(topic("orders", "/events/orders", "orders", true), broker_),
       std::make_shared<Topic>(topic("logs", "/events/logs", "logs", false), broker_),
       std::make_shared<Topic>(topic("chat", "/chat/{session}", "chat:{session}", true), broker_)}};
  RunningConfig serving_{{}, topics_};
  Memory memory_{1 << 20};
  ReplayPool pool_{memory_};
  OpenLogs logs_{memory_, pool_, Logger()};
  ServerProbe probe_;
  Lifecycle lifecycle_;
  AdminPages pages_{
      logs_,
      probe_,
      lifecycle_,
      {[] { return std::string("metrics"); }, [] { return std::vector<NamedConnector>(); },
       [this] { lifecycle_.advance(Lifecycle::Phase::draining); }}};
  Router router_{pages_};
};

}  // namespace sidestream::test
