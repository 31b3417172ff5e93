#pragma once
// A client of one event stream that checks every byte it is sent.
//
// Thread: one at a time. Errors: WireError: the handshake is not one that a browser accepts, a rule
// of the wire is broken, or nothing came in time. Event streams never need a sleep: all waiting is
// on the socket.

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/harness/chunks.hpp"
#include "tests/support/harness/http.hpp"
#include "tests/support/harness/sse_parser.hpp"

namespace e2e {

struct Event {
  std::string name;
  std::string data;
  std::optional<std::string> id;
  std::optional<std::uint32_t> retry;
  Clock::time_point at;

  bool is_control() const { return name.rfind("stream-", 0) == 0; }
  // A field of the data, which is JSON; written as JSON (a string keeps its quotes).
  std::string field(const std::string& name) const;
};

// Control events that say something about loss; the others are courtesies.
bool is_notice(const Event& event);

class EventStream {
 public:
  enum class End {
    open,
    clean,  // the last chunk, or an orderly close of HTTP/1.0; and whole blocks only
    cut,    // anything else
  };
  static constexpr Clock::duration usual = 10s * patience;

  // Sends the request and reads the head. A browser's conditions hold: 200 and text/event-stream.
  EventStream(const Address& address, const std::string& target, const Headers& headers = {},
              const std::string& version = "HTTP/1.1", int receive_buffer = 0);
  static EventStream resume(const Address& address, const std::string& target,
                            const std::string& id) {
    return EventStream(address, target, {{"Last-Event-ID", id}});
  }

  const Head& head() const { return head_; }

  // The next event of any kind.
  Event next(Clock::duration within = usual);
  std::optional<Event> maybe_next(Clock::duration within);
  // The next record. Control events on the way are kept in controls(); a notice (gap, reset) on the
  // way is an error, as is the end of the stream.
  Event record(Clock::duration within = usual);
  std::vector<Event> records(std::size_t count, Clock::duration within = usual);
  // The next control event of this name. Other courtesies are passed, a record is an error.
  Event control(const std::string& name, Clock::duration within = usual);
  // True: no record and no notice comes in that time.
  bool is_silent(Clock::duration time);

  // Reads on to the end of the connection; what comes until then stays readable with next().
  End wait_end(Clock::duration within = usual);
  End end() const { return end_; }

  int heartbeats() const { return heartbeats_; }
  // Waits for one more heartbeat.
  Clock::time_point heartbeat(Clock::duration within = usual);
  const std::vector<Event>& controls() const { return controls_; }
  int count_of(const std::string& control) const;
  // The id that a client would send now: the one it came with, then of the last event taken (not of
  // the last one received).
  const std::string& last_id() const { return last_id_; }
  const std::string& body() const { return body_; }  // as it came, chunk framing removed
  std::uint64_t events_received() const { return received_; }

  Socket& socket() { return socket_; }
  void drop() { socket_.close(); }

  // For the parser.
  void on_event(const EventView& view);
  void on_heartbeat();

 private:
  void read_head(Clock::duration within);
  bool pump(Clock::duration within);
  void take_in(std::string_view bytes);

  Socket socket_;
  Head head_;
  bool chunked_ = false;
  ChunkDecoder decoder_;
  SseParser parser_;
  std::deque<Event> events_;
  std::vector<Event> controls_;
  std::string last_id_;
  std::string body_;
  std::string scratch_;
  std::uint64_t received_ = 0;
  int heartbeats_ = 0;
  Clock::time_point last_heartbeat_;
  End end_ = End::open;
};

}  // namespace e2e
