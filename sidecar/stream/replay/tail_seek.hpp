#pragma once
// Finds the position before the newest n deliverable records of each partition (`tail=n`), or those
// that a filter wants among the newest 100,000.
//
// Offsets do not count records (compaction, markers, tombstones, Redis ids). So it steps back n
// records and reads from there to the end. While it has found fewer than n, it steps back from
// there, four times as far, and reads that stretch for the rest. The pages that it reads are the
// ones that the replay uses next; it keeps none of them, and a few marks for each partition.
//
// It asks before each command to the broker whether the answer is still wanted, and ends as
// Errc::stopped if it is not.
//
// Thread: any; one partition after the other. It keeps itself alive until it calls `done`.
// Borrows: the connector.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "connectors/connector.hpp"
#include "sidecar/stream/filter/stream_filter.hpp"
#include "sidecar/stream/replay/newest_records.hpp"
#include "sidecar/stream/replay/replay.hpp"

namespace sidestream {

class TailSeek : public std::enable_shared_from_this<TailSeek> {
 public:
  using Done = std::function<void(Result<Position>)>;

  // Requires: wanted > 0, and all ends of the extent are known.
  TailSeek(Connector& connector, std::shared_ptr<Replay> replay, std::string log, LogExtent extent,
           std::int64_t wanted, FilterPtr filter, std::function<bool()> is_wanted, Done done);
  // Requires: called once.
  void run();

 private:
  Partition partition() const { return static_cast<Partition>(found_.size()); }
  const Extent& held() const { return extent_.partitions[found_.size()]; }
  void next_partition();
  void step_back();
  void read_from(Offset position);
  void read_on();
  void take(const Page& page);
  bool counts(const Page& page, const Frame& frame) const;
  void finish_stretch();
  void settle(Offset position);
  void stop() { done_(make_error_code(Errc::stopped)); }

  Connector& connector_;
  const std::shared_ptr<Replay> replay_;
  const std::string log_;
  const LogExtent extent_;
  const std::int64_t wanted_;
  const FilterPtr filter_;
  const std::function<bool()> is_wanted_;
  const Done done_;
  Position found_;
  // Of this partition.
  std::int64_t step_ = 0;  // how many records the next stretch goes back
  Offset from_;            // the stretch: after `from_` ...
  Offset until_;           // ... up to and including `until_`
  Offset at_;              // read up to here
  std::int64_t seen_ = 0;  // frames of the first pass
  NewestRecords newest_{1};
  std::optional<std::int64_t> skip_;  // second pass: deliverable records before the answer
  std::optional<Offset> answer_;      // of the second pass
};

}  // namespace sidestream
