#pragma once
// A sidecar whose clients ask questions. Questions are read, and replies written, through topics of
// the same logs, as a worker would.
//
// Thread: the test's.

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/kafka.hpp"
#include "tests/support/harness/sidecar.hpp"
#include "tests/support/harness/source.hpp"

namespace e2e {

class AskStage {
 public:
  // `ask`: further keys of `ask:`, like "timeout: 1s".
  explicit AskStage(const std::string& kind, const std::string& ask = {},
                    const std::string& topic = {})
      : AskStage(make_source(kind), kind.starts_with("kafka"), ask, topic) {}
  AskStage(std::unique_ptr<Source> source, bool kafka, const std::string& ask = {},
           const std::string& topic = {})
      : kafka_(kafka), source_(std::move(source)), name_(unique_name("reply")) {
    sidecar_ = std::make_unique<Sidecar>(config(ask, topic));
  }

  Sidecar& sidecar() { return *sidecar_; }
  const Address& streams() const { return sidecar_->streams(); }
  bool is_kafka() const { return kafka_; }
  Config config(const std::string& ask, const std::string& topic) const {
    const std::string reply = kafka_ ? "topic: \"" + name_ + "-{request}\""
                                     : "stream: \"" + name_ + ":{session}:{request}\"";
    const std::string end = kafka_ ? "/{request}" : "/{session}/{request}";
    return {
        .connectors = {"broker: " + source_->connector()},
        .topics = {
            "prompts: { from: broker, " + source_->log_keys() +
                ", read: anyone, start: earliest, envelope: true }",
            "chat: { path: \"/chat" + end + "\", from: broker, " + reply +
                ", end: { event: [done, cancelled] }, cors: { origins: [\"https://app.example\"] }"
                ", ask: { to: prompts" +
                (ask.empty() ? "" : ", " + ask) + " }" + (topic.empty() ? "" : ", " + topic) + " }",
            "work: { path: \"/worker" + end + "\", from: broker, " + reply + ", publish: true }"}};
  }

  std::string questions_log() const { return source_->log(); }
  std::string path() const { return kafka_ ? "/chat" : "/chat/s1"; }
  Response ask(const std::string& body, Headers headers = {}) {
    headers.emplace_back("Prefer", "respond-async");
    return post(streams(), path(), body, headers);
  }
  // The location of a question that is taken.
  std::string location(const std::string& body, const Headers& headers = {}) {
    const auto response = ask(body, headers);
    EXPECT_EQ(response.status, 202) << response.raw << response.body;
    return response.header("Location").value_or("");
  }
  static std::string id_of(const std::string& location) {
    return location.substr(location.rfind('/') + 1);
  }
  std::string log_of(const std::string& location) const {
    return name_ + (kafka_ ? "-" : ":s1:") + id_of(location);
  }

  // Kafka topics are made by whoever writes the first record.
  void begin_reply(const std::string& location) {
    if (kafka_) KafkaClient(shared_kafka()).create_topic(log_of(location), 1);
  }
  void reply(const std::string& location, const std::string& text, const std::string& event) {
    const auto response = post(streams(), "/worker" + location.substr(5) + "?event=" + event, text);
    EXPECT_EQ(response.status, 201) << response.body;
  }

  // The first `count` records of the questions' log, as envelopes.
  std::vector<boost::json::object> questions(std::size_t count) {
    EventStream stream(streams(), "/events/prompts");
    std::vector<boost::json::object> all;
    for (std::size_t i = 0; i < count; ++i)
      all.push_back(boost::json::parse(stream.record().data).as_object());
    EXPECT_TRUE(stream.is_silent(300ms)) << "more questions than " << count;
    return all;
  }

 private:
  bool kafka_;
  std::unique_ptr<Source> source_;
  std::string name_;
  std::unique_ptr<Sidecar> sidecar_;
};

}  // namespace e2e
