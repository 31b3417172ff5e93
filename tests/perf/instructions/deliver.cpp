// The path of a record from the connector to the coded bytes for each subscriber, without
// connections. A tool counts its instructions: the same number in each run.
//
//   perf_deliver publish|live|batch|replay   prints how many records or deliveries were counted
//   perf_deliver --compiler
//
// Only the functions counted_* are measured; callgrind gets their names.

#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/http/streams/loop_log.hpp"
#include "sidecar/stream/reader/subscription.hpp"
#include "tests/support/borrowed.hpp"
#include "tests/unit/stream/scripted_connector.hpp"

namespace {

using namespace sidestream;

constexpr int subscribers = 100;
constexpr int records = 2000;

// By the subscription's number.
struct Answers {
  std::vector<std::pair<std::uint64_t, StartPlan>> plans;
  std::vector<std::pair<std::uint64_t, Result<PagePtr>>> pages;
};

TopicSettings settings() {
  TopicSettings s;
  s.name = "orders";
  return s;
}

// One log and its subscribers on one event loop.
class Loop {
 public:
  explicit Loop(StartRequest::Kind start) : start_{} { start_.kind = start; }

  void append(int count) {
    for (int i = 0; i < count; ++i) broker_.append(0, std::string(100, 'x'));
  }
  void deliver() { broker_.deliver_all(); }
  void subscribe() {
    const LoopView* const seen = &loop_log_.seen();
    for (std::uint64_t i = 0; i < subscribers; ++i) {
      subscriptions_.push_back(
          std::make_unique<Subscription>(SubscriptionOptions{}, std::span(&seen, 1)));
      const auto take = [this, i](StartPlan plan) {
        answers_.plans.emplace_back(i, std::move(plan));
      };
      log_->start(start_, {take, waiting_});
    }
    while (broker_.answer_all()) continue;
    loop_log_.refresh();
    for (auto& [stream, plan] : std::exchange(answers_.plans, {})) {
      subscriptions_[stream]->take_plan(0, std::move(plan));
    }
  }
  // What a loop does when it is woken, for outlets that take everything.
  void wake() {
    loop_log_.refresh();
    for (std::uint64_t i = 0; i < subscribers; ++i) send(i);
  }
  // Until the replays are complete.
  void settle() {
    wake();
    while (broker_.answer_all() || !answers_.pages.empty()) {
      for (auto& [stream, page] : std::exchange(answers_.pages, {})) {
        subscriptions_[stream]->take_page(0, std::move(page));
        send(stream);
      }
    }
  }
  std::uint64_t events() const { return events_; }

 private:
  void send(std::uint64_t number) {
    Subscription& subscription = *subscriptions_[number];
    while (true) {
      const Output out = subscription.step(own_);
      if (out.action == Action::send_run) {
        const Run& run = loop_log_.run(out.cursor, out.limit);
        if (!run.blocks.empty())
          bytes_ += loop_log_.wire(Dialect::event_stream, Coding::chunked)->pieces().size();
        loop_log_.count(run.counts, out.live, 0);
        events_ += run.counts.events;
        if (subscription.sent_run(run)) return;
      } else if (out.action == Action::send_own) {
        bytes_ += code_blocks(Coding::chunked, out.blocks, out.last, chunk_head_).size();
        for (const Counts& counts : own_.counts) {
          loop_log_.count(counts, true, 0);
          events_ += counts.events;
        }
        subscription.sent_own();
      } else if (out.action == Action::fetch) {
        fetch(number);
      } else {
        return;
      }
    }
  }
  void fetch(std::uint64_t number) {
    const PageRequest request = subscriptions_[number]->begin_fetch(0);
    PagePtr page = log_->replay().want(request.partition, request.after, request.until,
                                       [this, number](Result<PagePtr> ready) {
                                         answers_.pages.emplace_back(number, std::move(ready));
                                       });
    if (page) subscriptions_[number]->take_page(0, std::move(page));
  }

  StartRequest start_;
  ScriptedConnector broker_{1};
  Memory memory_{64 << 20};
  ReplayPool pool_{memory_};
  Topic topic_{settings(), test::borrowed(broker_)};
  std::shared_ptr<OpenLog> log_ =
      std::make_shared<OpenLog>(test::borrowed(topic_), "orders", pool_, Logger());
  Answers answers_;
  std::shared_ptr<const void> waiting_ = std::make_shared<char>();
  LoopLog loop_log_{log_, memory_};
  OwnBlocks own_;
  std::string chunk_head_;
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
};

}  // namespace

extern "C" {
[[gnu::noinline]] void counted_publish(Loop& loop) { loop.deliver(); }
[[gnu::noinline]] void counted_wake(Loop& loop) { loop.wake(); }
[[gnu::noinline]] void counted_replay(Loop& loop) { loop.settle(); }
}

namespace {

std::uint64_t publish() {
  Loop loop(StartRequest::Kind::live);
  loop.subscribe();
  loop.append(records);
  counted_publish(loop);
  return records;
}

// `each` records a wake.
std::uint64_t live(int each) {
  Loop loop(StartRequest::Kind::live);
  loop.subscribe();
  loop.wake();
  const std::uint64_t before = loop.events();
  for (int i = 0; i < records; i += each) {
    loop.append(each);
    loop.deliver();
    counted_wake(loop);
  }
  return loop.events() - before;
}

std::uint64_t replay() {
  Loop loop(StartRequest::Kind::earliest);
  loop.append(records);
  loop.subscribe();
  counted_replay(loop);
  return loop.events();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "--compiler") return puts(__VERSION__) < 0;
  std::uint64_t done = 0;
  if (what == "publish") done = publish();
  if (what == "live") done = live(1);
  if (what == "batch") done = live(10);
  if (what == "replay") done = replay();
  printf("%llu\n", static_cast<unsigned long long>(done));
  return done == 0;
}
