// HEAD: the newest id, and nothing else.

#include <gtest/gtest.h>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class NewestId : public OnBroker {};
ON_EVERY_BROKER(NewestId);

TEST_P(NewestId, StandsInTheHeadOfGet) {
  Stage stage(GetParam());
  stage.append(3);
  HttpConnection connection(stage.sidecar().streams());
  connection.send(Request{.target = Stage::path, .method = "HEAD"});
  const auto answer = connection.receive(10s * patience, true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(answer.header("Last-Event-ID"), stage.id_after(3));
  auto stream = stage.resume(answer.header("Last-Event-ID").value());
  stage.append(1);
  EXPECT_EQ(parse_numbered(stream.record().data)->number, 3);
}

TEST_P(NewestId, OpensNoLog) {
  Stage stage(GetParam());
  stage.append(1);
  HttpConnection connection(stage.sidecar().streams());
  connection.send(Request{.target = "/events?topic=t", .method = "HEAD"});
  const auto answer = connection.receive(10s * patience, true);
  EXPECT_EQ(answer.header("Last-Event-ID"), "t~" + stage.id_after(1));
  EXPECT_EQ(stage.sidecar().metrics().sum("sidestream_open_logs"), 0);
}

}  // namespace
}  // namespace e2e
