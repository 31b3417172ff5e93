#pragma once
// Finds the position before the newest n deliverable records of each partition (`tail=n`). Offsets
// can't be counted (compaction, markers, tombstones, Redis ids), so it steps back, reads what lies
// there, and steps further back while that is too little. The pages it reads are those the replay
// then uses.
//
// Thread: any; keeps itself alive until `done` is called.

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
  std::int64_t step_ = 0;           // records that the present attempt goes back
  Offset from_;                     // where it started
  Offset at_;                       // read up to here
  std::deque<Offset> deliverable_;  // the newest `wanted_` of them
};

}  // namespace sidestream
