#pragma once
// Many readers of one stream on one thread, each of which checks what it sees: every numbered
// record exactly once and in the order of its lane, over all of its connections. They may drop at
// random, move to another instance, or stop reading.
//
// Thread: the readers live on a thread of their own; all functions may be called from any other.
// Errors: the first broken rule is kept in failure(); the crowd then stops.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/harness/crowd_reader.hpp"
#include "tests/support/harness/socket.hpp"
#include "tests/support/harness/socket_loop.hpp"

namespace e2e {

class Crowd {
 public:
  using Options = CrowdOptions;

  Crowd(Address address, Options options);
  ~Crowd();

  // Every reader has got its first block. False: not in time, or something broke.
  bool all_open(Clock::duration within);
  // Every reader has seen every record up to these numbers (the first that are not to come), but
  // for those that were skipped; see skipped().
  bool all_have(const std::vector<std::int64_t>& next, Clock::duration within);

  std::int64_t records() const { return results_.records; }  // seen by all together
  // Seen by the reader that has seen least; stalled ones don't count.
  std::int64_t slowest() const { return slowest_; }
  std::int64_t connects() const { return results_.connects; }
  std::int64_t notices() const { return results_.notices; }    // gaps and resets
  std::int64_t cuts() const { return results_.cuts; }          // streams that were cut
  std::int64_t refusals() const { return results_.refusals; }  // connections without a response
  std::string failure() const { return results_.failure(); }
  // Numbers that a reader has not seen before it saw a later one: how many readers each. After
  // stop().
  const std::map<std::pair<int, std::int64_t>, int>& skipped() const { return results_.skipped; }
  // When each stream was accepted. After stop().
  const std::vector<Clock::time_point>& accepted() const { return results_.accepted; }
  // Lets readers pass over numbers, which is a failure otherwise.
  void allow_skips() { results_.may_skip = true; }

  // Readers first..last (not included) drop and come back at `address`.
  void move(int first, int last, Address address);
  void drop_all();
  void stall(int reader);  // it stops reading
  void read_again(int reader);
  std::int64_t seen_by(int reader) const;
  void stop();

 private:
  bool tend();
  CrowdReader& reader(int index) const { return *readers_[static_cast<std::size_t>(index)]; }

  const Options options_;
  CrowdResults results_;
  std::vector<std::unique_ptr<CrowdReader>> readers_;  // the loop's
  std::atomic<std::int64_t> slowest_{0};
  mutable SocketLoop loop_;  // ends first
};

}  // namespace e2e
