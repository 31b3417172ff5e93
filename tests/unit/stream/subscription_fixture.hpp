#pragma once
// Clients of subscriptions to one topic, or to several, over scripted brokers.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "client.hpp"
#include "scripted_connector.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {

inline StartRequest from(StartRequest::Kind kind) {
  StartRequest request;
  request.kind = kind;
  return request;
}

inline StartRequest after(std::string id) {
  StartRequest request = from(StartRequest::Kind::resume);
  request.id = std::move(id);
  return request;
}

class SubscriptionTest : public testing::Test {
 protected:
  struct Keyed {};  // filters may compare the key
  struct Side {
    Side(TopicSettings topic_settings, std::size_t partitions, ReplayPool& pool)
        : broker(partitions), topic(std::move(topic_settings), test::borrowed(broker)) {
      log = std::make_shared<OpenLog>(test::borrowed(topic), topic.settings.name, pool, Logger());
    }
    Side(std::string name, std::size_t partitions, std::uint64_t log_bytes, ReplayPool& pool)
        : Side(settings(std::move(name), log_bytes), partitions, pool) {}
    Side(Keyed, std::string name, std::size_t partitions, std::uint64_t log_bytes, ReplayPool& pool)
        : Side(with_key_filter(settings(std::move(name), log_bytes)), partitions, pool) {}
    static TopicSettings settings(std::string name, std::uint64_t log_bytes) {
      TopicSettings s;
      s.name = std::move(name);
      s.log_bytes = log_bytes;
      return s;
    }
    static TopicSettings with_key_filter(TopicSettings s) {
      s.filters.push_back({"key", {FieldName::Kind::key, {}}});
      return s;
    }
    ScriptedConnector broker;
    Topic topic;
    std::shared_ptr<OpenLog> log;
  };

  Side& side(std::string name, std::size_t partitions = 1, std::uint64_t log_bytes = 1 << 20) {
    sides_.push_back(std::make_unique<Side>(std::move(name), partitions, log_bytes, pool_));
    return *sides_.back();
  }

  std::unique_ptr<Client> connect(Side& s, StartRequest start, SubscriptionOptions options = {}) {
    auto client =
        std::make_unique<Client>(std::vector{s.log}, std::vector{std::move(start)}, options);
    settle(*client);
    return client;
  }

  // Until broker, loop and client have nothing more to do.
  void settle(Client& client) {
    for (bool busy = true; busy;) {
      busy = false;
      for (auto& s : sides_) busy = s->broker.answer_all() || busy;
      client.open_post();
      const auto before = client.wire.size();
      client.read_all();
      busy = busy || client.wire.size() != before;
    }
  }
  void deliver(Side& s, Client& client) {
    s.broker.deliver_all();
    client.wake();
    settle(client);
  }
  static void append(Side& s, int from_number, int to, Partition partition = 0) {
    for (int i = from_number; i < to; ++i) s.broker.append(partition, std::to_string(i));
  }
  static std::vector<std::string> numbers(int begin, int end) {
    std::vector<std::string> all;
    for (int i = begin; i < end; ++i) all.push_back(std::to_string(i));
    return all;
  }

  Memory memory_{64 << 20};
  ReplayPool pool_{memory_};
  std::vector<std::unique_ptr<Side>> sides_;
};

}  // namespace sidestream
