#pragma once
// Producers of numbered records for load tests: librdkafka, pipelined XADD, or POSTs over several
// connections.
//
// Thread: one at a time. Errors: throws std::runtime_error where a broker refuses.

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/harness/source.hpp"

namespace e2e {

class Writer {
 public:
  virtual ~Writer() = default;
  // Records of one lane keep their order: a partition, or a connection.
  virtual int lanes() const = 0;
  // Hands records over in this order. Blocks while the broker does not take them.
  virtual void write(const std::vector<Numbered>& records, std::size_t padding) = 0;
  // Returns when everything has been acknowledged.
  virtual void finish() {}
  // Records of which nobody knows whether they were written: the sidecar died before it answered.
  // They were sent once, so a reader may see each of them once or never; all readers see the same.
  virtual std::set<std::pair<int, std::int64_t>> doubtful() const { return {}; }
};

// `streams` is where an embedded log is written to; it may die and come back at the same address.
std::unique_ptr<Writer> make_writer(const std::string& kind, Source& source, const Address& streams,
                                    const std::string& path);

// Writes from a thread of its own: lanes in turns, so many records a second (0: as fast as it
// goes), while `may_write(total so far)` says so.
class Writing {
 public:
  struct Plan {
    std::int64_t records = 0;  // in all; rounded up to the same number for each lane
    double per_second = 0;
    std::size_t padding = 60;
    std::function<bool(std::int64_t)> may_write = {};
  };
  Writing(Writer& writer, Plan plan, std::vector<std::int64_t> first = {});
  ~Writing();

  std::int64_t written() const { return written_; }
  bool done() const { return done_; }
  void join();  // throws what the writer threw
  // The number after the last, of each lane. After join().
  const std::vector<std::int64_t>& next() const { return next_; }

 private:
  void run();

  Writer& writer_;
  Plan plan_;
  std::vector<std::int64_t> next_;
  std::atomic<std::int64_t> written_{0};
  std::atomic<bool> done_{false};
  std::atomic<bool> stop_{false};
  std::string failure_;
  std::thread thread_;
};

// $SIDESTREAM_TEST_LOAD: how much of the full load to run. 1 by default, 0.1 with sanitizers.
double load_scale();

}  // namespace e2e
