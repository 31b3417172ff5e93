#pragma once
// A subscription with what an event loop gives it, and the client at its other end, without an
// outlet: the test decides how many bytes the client takes.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sidecar/stream/reader/subscription.hpp"

namespace sidestream {

struct ClientEvent {
  std::string name;
  std::string data;
  std::string id;
};

// Takes the answers. It outlives its client: a broker may answer a client that has gone. Such
// answers are dropped, because what they hold doesn't outlive the test.
class Mailbox {
 public:
  void close();
  void post_plan(std::size_t part, StartPlan plan);
  void post_page(std::size_t part, Result<PagePtr> page);

  struct Letter {
    std::size_t part;
    std::optional<StartPlan> plan;
    std::optional<Result<PagePtr>> page;
  };
  std::deque<Letter> letters;

 private:
  bool closed_ = false;
};

class Client final {
 public:
  Client(std::vector<std::shared_ptr<OpenLog>> logs, const std::vector<StartRequest>& starts,
         SubscriptionOptions options = {});
  ~Client() { mailbox_.close(); }

  // What the loop does when a log has changed. Filtered readers that have read everything were
  // parked; it looks at each new frame, where a loop has an index.
  void wake();
  // Takes answers that have come.
  void open_post();
  // Takes at most `bytes` (0: the outlet is full) and parses them. The rest of the last send is
  // kept, as an outlet's would be.
  void read(std::size_t bytes);
  void read_all() { read(SIZE_MAX); }

  const std::vector<ClientEvent>& events() const { return events_; }
  std::vector<ClientEvent> named(std::string_view name) const;
  std::vector<std::string> records() const;  // data of events that aren't control events
  const std::string& last_id() const { return last_id_; }
  Subscription& subscription() { return *subscription_; }
  bool finished() const { return finished_; }
  std::string wire;  // everything received

 private:
  void unpark(std::size_t part);
  void request_start(std::size_t part, StartRequest request);
  void request_page(std::size_t part, const PageRequest& request);
  void carry_out(const Output& out, bool takes_any);
  void take(std::size_t& bytes);
  void parse();
  void block(std::string_view text);

  std::vector<std::shared_ptr<OpenLog>> logs_;
  std::vector<std::unique_ptr<LoopView>> views_;
  std::unique_ptr<Subscription> subscription_;
  std::shared_ptr<const void> waiting_ = std::make_shared<char>();
  OwnBlocks own_;
  Mailbox& mailbox_;
  std::string unsent_;   // of the last send
  std::string pending_;  // received, not yet a whole block
  bool finished_ = false;
  std::vector<ClientEvent> events_;
  std::string last_id_;
};

}  // namespace sidestream
