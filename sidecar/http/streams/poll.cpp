#include "sidecar/http/streams/poll.hpp"

#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "sidecar/stream/dialect/ndjson.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto replay_time = 10s;

// What a poller has no use for. Gaps, resets and ends are events.
bool is_courtesy(std::string_view event) {
  return event == "stream-open" || event == "stream-catch-up" || event == "stream-live" ||
         event == "stream-cursor" || event == "stream-auth-expiring" || event == "stream-shutdown";
}

}  // namespace

// Takes whole lines, and all of them, so it is always writable.
class Poll::Feed final : public Outlet {
 public:
  explicit Feed(std::shared_ptr<Poll> poll) : poll_(std::move(poll)) {}
  ~Feed() override {
    poll_->stream_events_ = nullptr;
    poll_->set_over();
  }

  Coding coding() const override { return Coding::identity; }
  Sent send(std::span<const std::string_view> pieces) override {
    Sent sent;
    for (const std::string_view piece : pieces) {
      poll_->take(piece);
      sent.bytes += piece.size();
    }
    return sent;
  }
  void finish() override {
    poll_->set_over();
    poll_->ask_for_end();
  }
  void wait_writable(OutletEvents&, std::uint64_t) override {}
  void wait_readable(OutletEvents& events, std::uint64_t stream) override {
    poll_->stream_events_ = &events;
    poll_->stream_ = stream;
  }
  Input discard_input() override {
    if (poll_->left_ || poll_->over_) return Input::closed;
    return poll_->enough_ ? Input::enough : Input::none;
  }
  bool peer_is_dead() const override { return false; }

 private:
  std::shared_ptr<Poll> poll_;
};

std::unique_ptr<Outlet> Poll::outlet() { return std::make_unique<Feed>(shared_from_this()); }

// ---- what the stream sends ----

void Poll::take(std::string_view lines) {
  while (!lines.empty() && !full_) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 1);
    if (!line.empty()) full_ = !take_line(line);
  }
  if (count_ > 0 || no_room_) end_soon();
}

// Returns whether there was room.
bool Poll::take_line(std::string_view line) {
  const NdjsonHead head = read_ndjson_head(line);
  if (is_courtesy(head.event)) {
    if (head.event == "stream-catch-up") replays_ = true;
    if (head.event == "stream-live") replays_ = false;
    if (!replays_ && time_is_up_) end_soon();
  } else {
    if (count_ == events_max || (count_ > 0 && events_.size() + line.size() > bytes_max))
      return false;
    no_room_ = !held_.grow(line.size() + 1);
    if (no_room_) return false;
    if (count_++ > 0) events_ += ',';
    events_ += line;
  }
  if (!head.id.empty()) next_ = head.id;
  return true;
}

// ---- the end ----

// What else is there now comes along.
void Poll::end_soon() {
  if (std::exchange(enough_, true)) return;
  ask_for_end();
}

void Poll::ask_for_end() {
  boost::asio::post(io_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->stream_events_) self->stream_events_->on_readable(self->stream_);
  });
}

void Poll::set_over() {
  over_ = true;
  timer_.cancel();
}

void Poll::leave() {
  left_ = true;
  set_over();
  ask_for_end();
}

Awaitable<void> Poll::wait(std::chrono::milliseconds time) {
  const auto alive = shared_from_this();
  timer_.expires_after(time);
  if (!over_) co_await timer_.async_wait(no_throw);
  // The table ends the stream in the next turns of the loop, unless it replays.
  time_is_up_ = true;
  if (!over_ && !replays_) end_soon();
  timer_.expires_after(replay_time);
  if (!over_) co_await timer_.async_wait(no_throw);
  if (over_) co_return;
  set_over();
  ask_for_end();
}

std::string Poll::take_answer() {
  events_.insert(0, R"({"events":[)");
  events_ += R"(],"next":)";
  events_ += next_.empty() ? "null" : boost::json::serialize(boost::json::value(next_));
  events_ += "}\n";
  return std::move(events_);
}

}  // namespace sidestream
