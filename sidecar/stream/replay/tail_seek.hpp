#pragma once
// Finds the position before the newest n deliverable records of each partition (`tail=n`).
//
// Offsets do not count records (compaction, markers, tombstones, Redis ids). So it steps back n
// records, reads from there to the end, and steps back four times as far while it has found fewer
// than n. The pages that it reads are the ones that the replay uses next.
//
// Thread: any; one partition after the other. It keeps itself alive until it calls `done`.
// Borrows: the connector.

#include <deque>
#include <functional>
#include <memory>

#include "connectors/connector.hpp"
#include "sidecar/stream/replay/replay.hpp"

namespace sidestream {

class TailSeek : public std::enable_shared_from_this<TailSeek> {
 public:
  using Done = std::function<void(Result<Position>)>;

  TailSeek(Connector& connector, std::shared_ptr<Replay> replay, std::string log, LogExtent extent,
           std::int64_t wanted, Done done);
  // Requires: called once.
  void run();

 private:
  void next_partition();
  void step_back();
  void read_from(Offset position);
  void read_on();
  void take(const Page& page);
  void finish_partition();

  Connector& connector_;
  const std::shared_ptr<Replay> replay_;
  const std::string log_;
  const LogExtent extent_;
  const std::int64_t wanted_;
  const Done done_;
  Position found_;
  std::int64_t step_ = 0;           // how many records this attempt steps back
  Offset from_;                     // where this attempt began to read
  Offset at_;                       // read up to here
  std::deque<Offset> deliverable_;  // the newest `wanted_` of them
};

}  // namespace sidestream
