#pragma once
// A subscription with what an event loop would give it, and the client at its other end, without
// sockets: the test decides how many bytes the "socket" takes.

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

// Takes the answers. It outlives its client, as a broker may answer one that has gone: those are
// dropped, as what they hold doesn't outlive the test.
class Mailbox final : public Postbox {
 public:
  void close();
  void post_plan(std::uint64_t stream, std::size_t part, StartPlan plan) override;
  void post_page(std::uint64_t stream, std::size_t part, Result<PagePtr> page) override;

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
         Memory& memory, SubscriptionOptions options = {});
  ~Client() { mailbox_.close(); }

  // What the loop does when a log has changed.
  void wake();
  // Takes answers that have come.
  void open_post();
  // Takes at most `bytes` (0: the socket is full); what doesn't fit stays. Parses what it got.
  void read(std::size_t bytes);
  void read_all() { read(SIZE_MAX); }

  const std::vector<ClientEvent>& events() const { return events_; }
  std::vector<ClientEvent> named(std::string_view name) const;
  std::vector<std::string> records() const;  // data of events that aren't ours
  const std::string& last_id() const { return last_id_; }
  Subscription& subscription() { return *subscription_; }
  Postbox& postbox() { return mailbox_; }
  std::string wire;  // everything received

 private:
  Subscription::Context context();
  void parse();
  void block(std::string_view text);

  std::vector<std::unique_ptr<LogState>> states_;
  std::vector<LogState*> pointers_;
  std::unique_ptr<Subscription> subscription_;
  std::string scratch_;
  Mailbox& mailbox_;
  std::string pending_;  // of the body, not yet a whole block
  std::string framed_;   // of the wire, not yet a whole chunk
  bool chunked_;
  std::vector<ClientEvent> events_;
  std::string last_id_;
};

}  // namespace sidestream
