#pragma once
// Reads records that are older than a topic log from the broker, once for all readers that want
// them. One Replay per log; the pages and the order of reads are shared by all logs (ReplayPool).
//
// Per partition at most one read is in flight. Readers that ask meanwhile wait for its page; those
// that it does not help get the next reads, and the clients that they belong to take turns.
//
// Thread: any. The lock is held while the page cache is used, never while the scheduler, the
// connector or a callback is called. Callbacks run on connector threads.
// Borrows: the pool.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/stream/ingest/record_pipeline.hpp"
#include "sidecar/stream/replay/page.hpp"
#include "sidecar/stream/replay/replay_pool.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class Replay final : public BrokerScheduler::Worker, public std::enable_shared_from_this<Replay> {
 public:
  // `log` is the broker's name of the log.
  Replay(std::shared_ptr<Topic> topic, std::string log, ReplayPool& pool);
  ~Replay() override;

  // Returns the cached page that holds what follows `after`. If there is none, returns null and
  // calls `ready` later, on another thread. `until` is how far the caller wants to read in all.
  // Requires: until > after.
  // Errors: Errc::gone (the records after `after` are no longer held), Errc::stopped.
  PagePtr want(Partition partition, Offset after, Offset until, PageCallback ready,
               ClientId client = no_client);

  // Drops all pages after a reset. Reads in flight end as Errc::gone.
  void forget();
  void set_partitions(std::size_t partitions);

 private:
  struct Waiter {
    Offset after;
    Offset until;
    PageCallback ready;
  };
  struct Queue {  // of one partition
    RoundRobin<ClientId, Waiter> waiters;
    bool reading = false;
    std::set<ClientId> queued;  // clients that wait for the scheduler; all while nothing is read
  };
  struct Read {  // in flight
    Range range;
    EncodedBatch batch;
    std::uint64_t generation = 0;
    bool id_lines = false;
  };

  bool start_next(Partition partition, ClientId client) override;
  void enqueue(Partition partition, ClientId client);
  void drop_if_idle(Partition partition);
  Range next_range(const Queue& queue, Partition partition) const;
  void finish(const Read& read, Result<Offset> reached);
  Result<PagePtr> build(const Read& read, Result<Offset> reached) const;
  static std::vector<PageCallback> take_answered(Queue& queue, const Read& read,
                                                 const Result<PagePtr>& answer);

  const std::shared_ptr<Topic> topic_;
  const std::string log_;
  const RecordPipeline pipeline_;
  ReplayPool& pool_;
  const PageCache::LogId id_;

  std::mutex mutex_;                   // guards the following
  std::map<Partition, Queue> queues_;  // of partitions with waiters, turns or a read
  std::uint64_t generation_ = 0;
  std::size_t partitions_ = 1;
};

}  // namespace sidestream
