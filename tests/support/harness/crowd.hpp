#pragma once
// Many readers of one stream on one thread, each of which checks what it sees: every numbered
// record exactly once and in the order of its lane, over all of its connections. They may drop at
// random, move to another instance, or stop reading.
//
// Thread: the readers live on a thread of their own; all functions may be called from any other.
// Errors: the first broken rule is kept in failure(); the crowd then stops.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/harness/chunks.hpp"
#include "tests/support/harness/socket.hpp"
#include "tests/support/harness/sse_parser.hpp"

namespace e2e {

class Crowd {
 public:
  struct Options {
    int readers = 50;
    int lanes = 1;
    std::string target = "/events/t";
    std::string first_id = {};  // what a reader that has seen nothing sends; empty: it begins live
    std::int64_t begin = 0;     // the first number of each lane that it gets
    Clock::duration mean_stay = 0s;  // until a reader drops its connection by itself; 0: never
    Clock::duration longest_pause = 200ms;  // before it comes back
    bool heeds_retry = false;  // it comes back after the delay that it was told, as a browser does
    int receive_buffer = 0;
  };

  Crowd(Address address, Options options);
  ~Crowd();

  // Every reader has got its first block. False: not in time, or something broke.
  bool all_open(Clock::duration within);
  // Every reader has seen every record up to these numbers (the first that are not to come), but
  // for those that were skipped; see skipped().
  bool all_have(const std::vector<std::int64_t>& next, Clock::duration within);

  std::int64_t records() const { return records_; }  // seen by all together
  std::int64_t slowest() const {
    return slowest_;
  }  // seen by the one that has seen least, stalled ones apart
  std::int64_t connects() const { return connects_; }
  std::int64_t notices() const { return notices_; }    // gaps and resets
  std::int64_t cuts() const { return cuts_; }          // streams that ended without an end
  std::int64_t refusals() const { return refusals_; }  // connections that came to nothing
  std::string failure() const;
  // Numbers that a reader has not seen before it saw a later one: how many readers each. After
  // stop().
  const std::map<std::pair<int, std::int64_t>, int>& skipped() const { return skipped_; }
  // When each stream was accepted. After stop().
  const std::vector<Clock::time_point>& accepted() const { return accepted_; }
  // Lets readers pass over these numbers; others are failures.
  void allow_skips() { may_skip_ = true; }

  // Readers first..last (not included) drop and come back at `address`.
  void move(int first, int last, Address address);
  void drop_all();
  void stall(int reader);  // it stops reading
  void read_again(int reader);
  std::int64_t seen_by(int reader) const;
  void stop();

 private:
  struct Reader;
  using Command = std::function<void()>;
  void tell(Command command);
  void run();
  void turn();
  void connect(Reader& reader);
  void close(Reader& reader, Clock::duration pause);
  void on_ready(Reader& reader, std::uint32_t events);
  void receive(Reader& reader);
  void take_head(Reader& reader);
  void take_body(Reader& reader, std::string_view bytes);
  void wait_for(Reader& reader, std::uint32_t events, bool first);
  void tidy();
  void fail(const std::string& why);
  Clock::duration stay();
  Clock::duration pause(const Reader& reader);

  Options options_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Reader>> readers_;
  std::mt19937 random_{42};
  std::string scratch_, body_;
  std::map<std::pair<int, std::int64_t>, int> skipped_;
  std::vector<Clock::time_point> accepted_;

  std::atomic<std::int64_t> records_{0}, slowest_{0}, connects_{0}, notices_{0}, open_{0};
  std::atomic<std::int64_t> cuts_{0}, refusals_{0};
  std::atomic<bool> stop_{false}, failed_{false}, may_skip_{false};
  mutable std::mutex mutex_;
  std::string failure_;
  std::vector<Command> commands_;
  std::thread thread_;
};

}  // namespace e2e
