// The path of a record from the connector to the bytes for each subscriber, without sockets, so
// that a tool can count its instructions: the same number in each run.
//
//   perf_deliver publish|live|batch|replay      prints how many times the counted function did its
//   work perf_deliver --compiler
//
// Only what happens in the functions counted_* is to be counted; callgrind is told their names.

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/stream/reader/subscription.hpp"
#include "tests/support/borrowed.hpp"
#include "tests/unit/stream/scripted_connector.hpp"

namespace {

using namespace sidestream;

constexpr int subscribers = 100;
constexpr int records = 2000;

class Answers final : public Postbox {
 public:
  void post_plan(std::uint64_t stream, std::size_t, StartPlan plan) override {
    plans.emplace_back(stream, std::move(plan));
  }
  void post_page(std::uint64_t stream, std::size_t, Result<PagePtr> page) override {
    pages.emplace_back(stream, std::move(page));
  }
  std::vector<std::pair<std::uint64_t, StartPlan>> plans;
  std::vector<std::pair<std::uint64_t, Result<PagePtr>>> pages;
};

TopicSettings settings() {
  TopicSettings s;
  s.name = "orders";
  return s;
}

// One log and its subscribers on one loop.
class House {
 public:
  explicit House(StartRequest::Kind start) : start_{} { start_.kind = start; }

  void append(int count) {
    for (int i = 0; i < count; ++i) broker_.append(0, std::string(100, 'x'));
  }
  void hand_over() { broker_.deliver_all(); }
  void subscribe() {
    for (std::uint64_t i = 0; i < subscribers; ++i) {
      subscriptions_.push_back(std::make_unique<Subscription>(
          SubscriptionOptions{}, std::vector<std::shared_ptr<OpenLog>>{log_}, memory_));
      subscriptions_.back()->start({start_}, answers_, i);
    }
    while (broker_.answer_all()) continue;
    look();
    for (auto& [stream, plan] : std::exchange(answers_.plans, {})) {
      auto context = context_of(stream);
      subscriptions_[stream]->take_plan(0, std::move(plan), context);
    }
  }
  // What a loop does when it is woken, for sockets that take everything.
  void wake() {
    look();
    for (std::uint64_t i = 0; i < subscriptions_.size(); ++i) send(i);
  }
  // Until the replays are through.
  void settle() {
    wake();
    while (broker_.answer_all() || !answers_.pages.empty()) {
      for (auto& [stream, page] : std::exchange(answers_.pages, {})) {
        auto context = context_of(stream);
        subscriptions_[stream]->take_page(0, std::move(page), context);
        send(stream);
      }
    }
  }
  std::uint64_t events() const { return state_.tally.events; }

 private:
  Subscription::Context context_of(std::uint64_t stream) {
    return {pointer_, answers_, stream, scratch_, 0};
  }
  void look() {
    state_.parked.head = state_.view.head;
    state_.parked.position = std::move(state_.view.head_position);
    log_->log().view(state_.view);
  }
  void send(std::uint64_t i) {
    auto context = context_of(i);
    while (true) {
      const std::string_view bytes = subscriptions_[i]->step(context);
      if (bytes.empty()) return;
      subscriptions_[i]->wrote(bytes.size(), context);
    }
  }

  StartRequest start_;
  ScriptedConnector broker_{1};
  Memory memory_{64 << 20};
  ReplayPool pool_{memory_};
  Topic topic_{settings(), test::borrowed(broker_)};
  std::shared_ptr<OpenLog> log_ =
      std::make_shared<OpenLog>(test::borrowed(topic_), "orders", memory_, pool_, Logger());
  Answers answers_;
  LogState state_;
  std::array<LogState*, 1> pointer_{&state_};
  std::string scratch_;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
};

}  // namespace

extern "C" {
[[gnu::noinline]] void counted_publish(House& house) { house.hand_over(); }
[[gnu::noinline]] void counted_wake(House& house) { house.wake(); }
[[gnu::noinline]] void counted_replay(House& house) { house.settle(); }
}

namespace {

std::uint64_t publish() {
  House house(StartRequest::Kind::live);
  house.subscribe();
  house.append(records);
  counted_publish(house);
  return records;
}

// `each` records a wake.
std::uint64_t live(int each) {
  House house(StartRequest::Kind::live);
  house.subscribe();
  house.wake();
  const std::uint64_t before = house.events();
  for (int i = 0; i < records; i += each) {
    house.append(each);
    house.hand_over();
    counted_wake(house);
  }
  return house.events() - before;
}

std::uint64_t replay() {
  House house(StartRequest::Kind::earliest);
  house.append(records);
  house.subscribe();
  counted_replay(house);
  return house.events();
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
