#pragma once
// One event stream of an event loop: a subscription and the outlet that it writes to.
//
// Thread: the loop's.
// Owns: the outlet. Shares the logs' members with the loop's other streams.

#include <boost/container/small_vector.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/http/client/client.hpp"
#include "sidecar/http/limits/stream_place.hpp"
#include "sidecar/http/streams/ending.hpp"
#include "sidecar/http/streams/log_members.hpp"
#include "sidecar/http/streams/loop_time.hpp"
#include "sidecar/http/streams/outlet.hpp"
#include "sidecar/http/streams/pending_output.hpp"
#include "sidecar/http/streams/postbox.hpp"
#include "sidecar/http/streams/stream_rights.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/dialect/dialect.hpp"
#include "sidecar/stream/reader/subscription.hpp"

namespace sidestream {

struct StreamOptions {
  SubscriptionOptions subscription;
  Dialect dialect = Dialect::event_stream;
  Milliseconds heartbeat{15000};
  RetrySettings retry;
  Milliseconds max_age{0};         // 0: no limit
  Milliseconds answer_timeout{0};  // until the first record of a reply; 0: no limit
  std::uint32_t access_log = 0;    // a line for each n-th stream that ends; 0: none
  std::string trace_id;            // of the request; empty: none
  std::string logged_subject;      // as the log line shows the person; empty: not
  Client client;
};

// Buffers that the streams of a loop reuse.
struct SendBuffers {
  OwnBlocks own;
  std::string lines;  // the own blocks in another dialect
  std::string chunk_head;
  std::size_t replayed = 0;            // bytes of replays sent by the last send()
  std::size_t replay_most = SIZE_MAX;  // about; of one send()
};

class Stream {
 public:
  using Clock = std::chrono::steady_clock;
  // A send to a live reader touches the first part of a stream only.
  static constexpr std::size_t hot_bytes = 216;

  struct Membership {
    std::shared_ptr<LogMembers> members;
    std::uint32_t place;  // in members->slots(); nowhere: it is parked
    std::uint32_t entry;  // of members->index(); nowhere: it has no filter
    static constexpr std::uint32_t nowhere = UINT32_MAX;
  };
  using Memberships = boost::container::small_vector<Membership, 1>;

  Stream(std::unique_ptr<Outlet> outlet, Memberships memberships, const StreamOptions& options,
         std::int32_t retry_ms, Clock::time_point now);

  // Sends what there is, up to a budget.
  enum class Sent : std::uint8_t {
    all,
    part,      // the outlet is full: wait until it is writable
    budget,    // there is more: it is the turn of others
    finished,  // everything was sent; the response has ended
    broken,
  };
  // Answers of the broker go to `reply`.
  Sent send(const LoopTime& time, SendBuffers& buffers, const ReplyAddress& reply);

  // Keeps `waiting`, without which nobody waits for the plans, until all first plans have come.
  void keep_until_started(std::shared_ptr<const void> waiting);
  void take_plan(std::size_t part, StartPlan plan);

  Outlet& outlet() { return *outlet_; }
  Subscription& subscription() { return subscription_; }
  const Subscription& subscription() const { return subscription_; }
  Memberships& memberships() { return memberships_; }
  const Memberships& memberships() const { return memberships_; }
  Clock::time_point last_sent() const { return last_sent_; }
  Clock::time_point began() const { return cold_.began; }
  std::uint64_t events() const { return events_; }
  std::uint64_t bytes() const { return bytes_; }
  // Bytes that this stream keeps in memory because its client is slow.
  std::size_t pinned() const { return pending_ ? pending_->pinned() : 0; }
  Milliseconds heartbeat() const { return Milliseconds(cold_.heartbeat_ms); }
  // Whose limits count; 0: nobody's.
  AddressKey address() const { return cold_.place.of_address.key(); }
  Ending& ending() { return cold_.ending; }
  // Null: the stream needs none.
  StreamRights* rights() { return cold_.rights.get(); }
  const StreamRights* rights() const { return cold_.rights.get(); }
  void set_rights(std::unique_ptr<StreamRights> rights) { cold_.rights = std::move(rights); }
  // Whether it waits for an answer that has not come in time.
  bool is_unanswered(Clock::time_point now) const {
    return cold_.answer_timeout_ms > 0 && events_ == 0 &&
           now - cold_.began >= Milliseconds(cold_.answer_timeout_ms) &&
           subscription_.waits_for_first_record();
  }
  // Tells the client that its rights end soon.
  void announce_expiry();
  // Whether its dialect has no word for an end by the server: it is cut instead.
  bool is_cut() const { return dialect_ == Dialect::ui_messages; }
  // Tells the client that the stream ends for ending().reason(). Requires: !is_cut().
  void announce_end(const LoopTime& time);

  // For the log line of a stream that ends. Null: it gets none.
  struct Line {
    Client client;
    std::string subject;                          // as log lines show it; empty: none
    std::unique_ptr<const std::string> trace_id;  // null: none
  };
  void set_line(std::unique_ptr<Line> line) { cold_.line = std::move(line); }
  void set_place(StreamPlace place) { cold_.place = std::move(place); }
  const Line* line() const { return cold_.line.get(); }

  bool waits_writable = false;
  bool waits_its_turn = false;
  bool filtered = false;
  bool finished = false;  // everything was sent; waits for the client to close

 private:
  enum class Took : std::uint8_t {
    all,
    everything,  // and nothing follows
    part,
    broken,
  };
  Took carry_out(const Output& out, const LoopTime& time, SendBuffers& buffers,
                 const ReplyAddress& reply);
  void restart(std::size_t part, const ReplyAddress& reply);
  void fetch(std::size_t part, const ReplyAddress& reply);
  ClientId client() const { return client_id(address()); }
  OpenLog& log(std::size_t part) const { return memberships_[part].members->loop_log().open_log(); }
  Took send_pending();
  Took send_run(const Output& out, const LoopTime& time, SendBuffers& buffers);
  Took send_own(const Output& out, const LoopTime& time, SendBuffers& buffers);
  Outlet::Sent offer(const SendPieces& pieces);

  // The members are in the order of their use: a wake walks over thousands of streams and should
  // touch few cache lines of each.
  Coding coding_;
  Dialect dialect_;
  std::unique_ptr<Outlet> outlet_;
  std::unique_ptr<PendingOutput> pending_;
  // Alive while a plan is wanted; see PlanReceiver. Null in most streams, therefore a pointer to it.
  std::unique_ptr<std::shared_ptr<const void>> waiting_;
  Clock::time_point last_sent_;
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
  Memberships memberships_;
  Subscription subscription_;

  struct Cold {
    StreamPlace place;
    Clock::time_point began;
    [[no_unique_address]] Ending ending;  // the next member fills its padding
    std::int32_t heartbeat_ms;
    std::unique_ptr<Line> line;
    std::unique_ptr<StreamRights> rights;
    std::int32_t retry_least_ms;
    std::int32_t retry_most_ms;
    std::int32_t answer_timeout_ms;  // 0: no limit
  };
  Cold cold_;
};

}  // namespace sidestream
