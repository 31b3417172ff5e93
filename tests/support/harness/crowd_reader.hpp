#pragma once
// One reader of a crowd: its connection, and the check that it sees every numbered record once and
// in the order of its lane.
//
// Thread: the crowd's. Borrows the options, the results and the loop.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/harness/chunks.hpp"
#include "tests/support/harness/socket.hpp"
#include "tests/support/harness/socket_loop.hpp"
#include "tests/support/harness/source.hpp"
#include "tests/support/harness/sse_parser.hpp"

namespace e2e {

struct CrowdOptions {
  int readers = 50;
  int lanes = 1;
  std::string target = "/events/t";
  std::string first_id = {};  // what a reader that has seen nothing sends; empty: it begins live
  std::int64_t begin = 0;     // the first number of each lane that it gets
  Clock::duration mean_stay = 0s;         // until a reader drops its connection; 0: never
  Clock::duration longest_pause = 200ms;  // before it connects again
  bool heeds_retry = false;               // it waits for the retry delay, as a browser does
  int receive_buffer = 0;
};

// What all readers have seen together.
struct CrowdResults {
  std::atomic<std::int64_t> records{0}, connects{0}, notices{0}, open{0}, cuts{0}, refusals{0};
  std::atomic<bool> failed{false}, may_skip{false};
  std::map<std::pair<int, std::int64_t>, int> skipped;  // crowd's thread
  std::vector<Clock::time_point> accepted;              // crowd's thread

  // Thread: any. Keeps the first.
  void fail(const std::string& why);
  std::string failure() const;

 private:
  mutable std::mutex mutex_;
  std::string failure_;
};

class CrowdReader final : public SocketLoop::Owner {
 public:
  CrowdReader(int index, Address address, const CrowdOptions& options, CrowdResults& results,
              SocketLoop& loop);
  ~CrowdReader();
  CrowdReader(const CrowdReader&) = delete;
  CrowdReader& operator=(const CrowdReader&) = delete;

  std::int64_t seen() const { return seen_; }
  bool is_stalled() const { return stalled_; }
  // The first numbers that it has not seen, by lane.
  const std::vector<std::int64_t>& next() const { return next_; }

  // What happens by time: connecting and dropping.
  void tend(Clock::time_point now);
  // Its descriptor is ready for `events`.
  void on_ready(std::uint32_t events) override;

  // Drops its connection and connects to `address`.
  void move(Address address);
  void drop() { close(0ms); }
  void stall();
  void read_again();

  // For the parser.
  void on_heartbeat() {}
  void on_event(const EventView& event);

 private:
  enum class Phase { away, connecting, head, body };

  void record(const Numbered& what);
  void connect();
  void send_request();
  void receive();
  void take_head();
  void take_body(std::string_view bytes);
  void close(Clock::duration pause);
  void wait_for(std::uint32_t events) { loop_.watch(fd_, events, *this); }
  Clock::duration stay();
  Clock::duration pause();

  const int index_;
  Address address_;
  const CrowdOptions& options_;
  CrowdResults& results_;
  SocketLoop& loop_;
  std::mt19937 random_;
  int fd_ = -1;
  Phase phase_ = Phase::away;
  bool stalled_ = false;
  bool opened_ = false;
  Clock::time_point wake_;  // away: when to connect; else: when to drop
  Clock::duration retry_ = 1s;
  std::string head_, body_;
  ChunkDecoder decoder_;
  SseParser parser_;
  std::string id_;
  std::vector<std::int64_t> next_;
  std::int64_t seen_ = 0;
};

}  // namespace e2e
