// The broker is the only state: any instance serves any id, after any end of any other.

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class Replica : public OnBroker {};
ON_KINDS(Replica, shared_kinds());

TEST_P(Replica, ResumesOnAnotherInstance) {
  Stage stage(GetParam());
  auto here = stage.live();
  stage.append(10);
  Ledger ledger(stage.partitions());
  ledger.read(here, stage.written());
  stage.append(10);
  auto there = EventStream::resume(stage.replica().streams(), Stage::path, here.last_id());
  ledger.read(there, stage.written());
}

TEST_P(Replica, ResumesWhenInstancesMergePartitionsDifferently) {
  Stage stage(GetParam(), {.topic = "log: 32KiB"});
  const std::array<Address, 2> instances{stage.sidecar().streams(), stage.replica().streams()};
  // Both keep a live reader, so that both have merged the partitions in an order of their own.
  EventStream one(instances[0], Stage::path), other(instances[1], Stage::path);
  const auto id_at_start = one.control("stream-open").id.value();
  other.control("stream-open");
  for (int i = 0; i < 20; ++i) stage.append(10, 40);
  Ledger ledger(stage.partitions()), watching(stage.partitions());
  watching.read(one, stage.written());
  std::mt19937 random(11);
  std::string id = id_at_start;
  for (int hop = 0; hop < 60; ++hop) {
    auto stream =
        EventStream::resume(instances[static_cast<std::size_t>(hop % 2)], Stage::path, id);
    for (auto take = random() % 30; take > 0 && ledger.seen() < 200 * stage.partitions(); --take) {
      const auto event = stream.record();
      ledger.record(event);
      id = event.id.value();
    }
  }
  auto stream = EventStream::resume(instances[1], Stage::path, id);
  stage.append(3);
  ledger.read(stream, stage.written());
  EXPECT_TRUE(stream.is_silent(50ms));
}

class Restart : public OnBroker {};
ON_EVERY_BROKER(Restart);

TEST_P(Restart, DeliversEachRecordOnceAcrossAKill) {
  Stage stage(GetParam());
  auto stream = stage.live();
  Ledger ledger(stage.partitions());
  stage.append(50);
  for (int i = 0; i < 20 * stage.partitions(); ++i) ledger.record(stream.record());
  const auto id = stream.last_id();
  stage.sidecar().kill();
  if (!stage.source().needs_sidecar()) stage.append(10);
  stage.sidecar().start();
  stage.append(10);
  auto again = stage.resume(id);
  ledger.read(again, stage.written());
}

TEST_P(Restart, BindsAPortThatClientsStillUse) {
  Stage stage(GetParam());
  std::vector<EventStream> streams;
  for (int i = 0; i < 50; ++i) streams.push_back(stage.live());
  stage.append(5);
  for (auto& stream : streams) Ledger(stage.partitions()).read(stream, stage.written());
  stage.sidecar().kill_and_start();
  stage.append(5);
  for (auto& stream : streams) {
    EXPECT_NE(stream.wait_end(), EventStream::End::open);
    auto again = stage.resume(stream.last_id());
    Ledger(stage.partitions(), 5).read(again, stage.written());
  }
}

}  // namespace
}  // namespace e2e
