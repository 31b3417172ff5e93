#pragma once
// Decides which range is read next from which broker.
//
// At most `reads_at_once` ranges of a broker are in flight; the partitions that wait for one of its
// reads are served first come, first served. Brokers do not share this limit, so a broker that is
// down delays only its own readers.
//
// Thread: any. Readers are called without the lock.

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "connectors/connector.hpp"

namespace sidestream {

class RangeScheduler {
 public:
  class Reader {
   public:
    virtual ~Reader() = default;
    // Starts one read of the partition. The reader calls finished() when it has ended.
    virtual void read_range(Partition partition) = 0;
  };

  explicit RangeScheduler(std::size_t reads_at_once) : reads_at_once_(reads_at_once) {}

  // Requests one read of a partition. `broker` only identifies the broker. May call reader
  // functions before it returns.
  void enqueue(const Connector& broker, std::shared_ptr<Reader> reader, Partition partition);
  // A read has ended; starts the next one. Requires: one call for each read_range().
  void finished(const Connector& broker);

 private:
  struct Waiting {
    std::shared_ptr<Reader> reader;
    Partition partition = 0;
  };
  struct Queue {
    std::size_t in_flight = 0;
    std::deque<Waiting> waiting;
  };

  void start_reads(const Connector& broker);
  bool take_next(const Connector& broker, Waiting& next);

  const std::size_t reads_at_once_;
  std::mutex mutex_;                          // guards the following
  std::map<const Connector*, Queue> queues_;  // of the brokers with something in flight or waiting
};

}  // namespace sidestream
