#pragma once
// Replays: ranges that are older than the topic log, read from the broker once and shared by all
// who want them. A range is read in *pages*; readers that stand anywhere inside a page share it,
// and ask for the next one when they are through.
//
// Thread: any. ReplayPool's one mutex guards all; callbacks run outside it, on connector threads.
//
// Limits: pages kept are bounded by Memory::replay_budget() (least recently used goes first); at
// most `reads_at_once` ranges of a broker are read at a time, one per partition, logs taking turns.

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sidecar/stream/ingest/encoder.hpp"
#include "sidecar/stream/log/memory.hpp"
#include "sidecar/stream/log/segment.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

// A stretch of one partition: everything after `after` up to and including `reached`. Its frames
// carry an id line only where the log has one partition.
struct Page {
  Partition partition = 0;
  Offset after;
  Offset reached;
  std::uint64_t generation = 0;  // of the log, as LogView::generation counts them
  std::shared_ptr<Segment> frames;
};
using PagePtr = std::shared_ptr<const Page>;
using PageCallback = std::function<void(Result<PagePtr>)>;

class Replay;

class ReplayPool {
 public:
  explicit ReplayPool(Memory& memory, int reads_at_once = 4)
      : memory_(memory), reads_at_once_(reads_at_once) {}

  std::uint64_t bytes() const;

 private:
  friend class Replay;
  struct Kept {
    PagePtr page;
    std::uint64_t bytes;
    Replay* owner;
  };
  using Order = std::list<Kept>;  // front: used last

  Memory& memory_;
  const int reads_at_once_;
  mutable std::mutex mutex_;
  Order order_;
  std::uint64_t bytes_ = 0;
  // How many ranges of each broker are being read: one that is down holds up nobody else's.
  std::map<const Connector*, int> reading_;
  std::deque<std::pair<std::shared_ptr<Replay>, Partition>> turns_;
};

class Replay : public std::enable_shared_from_this<Replay> {
 public:
  // Borrows the pool, which outlives the last callback (connectors are stopped before it goes).
  Replay(std::shared_ptr<Topic> topic, std::string log, ReplayPool& pool);
  ~Replay();

  // The page that holds what follows `after`, where it is kept; otherwise null, and `ready` is
  // called later, from another thread: with the page, Errc::gone (records after `after` are no
  // longer held), or Errc::stopped. `until` > `after` says how far the caller wants to read in all.
  PagePtr want(Partition partition, Offset after, Offset until, PageCallback ready);

  // Forgets what is kept, after the log was reset. Open reads end as Errc::gone.
  void forget();
  void set_partitions(std::size_t partitions);

 private:
  struct Waiter {
    Offset after;
    Offset until;
    PageCallback ready;
  };
  struct Lane {                                           // of one partition
    std::map<Offset, ReplayPool::Order::iterator> pages;  // by `after`
    std::deque<Waiter> waiting;
    bool queued = false;  // has a turn, or is being read
  };
  struct Reading {  // a range on its way
    Range range;
    EncodedBatch encoded;
    std::uint64_t generation;
    std::size_t partitions;
  };

  const Connector* broker() const { return &topic_->connector; }
  PagePtr kept(Lane& lane, Offset after);
  void take_turns(std::unique_lock<std::mutex>& lock);
  Range next_range(Lane& lane, Partition partition) const;
  void read(std::shared_ptr<Reading> reading);
  void finish(const Reading& reading, Result<Offset> reached);
  PagePtr build(const Reading& reading, Offset reached) const;
  void keep(Lane& lane, PagePtr page);
  void drop(ReplayPool::Order::iterator kept);

  const std::shared_ptr<Topic> topic_;
  const std::string log_;
  Encoder encoder_;
  const OffsetFormat format_;
  ReplayPool& pool_;
  // Guarded by pool_.mutex_:
  std::map<Partition, Lane> lanes_;
  std::uint64_t generation_ = 0;
  std::size_t partitions_ = 1;
};

}  // namespace sidestream
