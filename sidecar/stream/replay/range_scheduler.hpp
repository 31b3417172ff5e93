#pragma once
// Decides which range is read next from which broker.
//
// At most `reads_at_once` ranges of a broker are in flight. Topics take turns, so that one with
// many waiting partitions or logs does not delay the others; within a topic the partition that has
// waited longest is next. Brokers do not share the limit, so a broker that is down delays only its
// own readers.
//
// Thread: any. Readers are called without the lock.

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "connectors/connector.hpp"

namespace sidestream {

struct Topic;

class RangeScheduler {
 public:
  class Reader {
   public:
    virtual ~Reader() = default;
    // Starts one read of the partition. The reader calls finished() when it has ended.
    virtual void read_range(Partition partition) = 0;
  };

  explicit RangeScheduler(std::size_t reads_at_once) : reads_at_once_(reads_at_once) {}

  // Requests one read of a partition. `broker` and `topic` only identify these. May call reader
  // functions before it returns.
  void enqueue(const Connector& broker, const Topic& topic, std::shared_ptr<Reader> reader,
               Partition partition);
  // A read has ended; starts the next one. Requires: one call for each read_range().
  void finished(const Connector& broker);

 private:
  struct Waiting {
    std::shared_ptr<Reader> reader;
    Partition partition = 0;
  };
  struct OfTopic {
    const Topic* topic;
    std::deque<Waiting> waiting;  // not empty
  };
  struct Queue {
    std::size_t in_flight = 0;
    std::list<OfTopic> topics;  // in the order of their turns
  };

  void start_reads(const Connector& broker);
  bool take_next(const Connector& broker, Waiting& next);

  const std::size_t reads_at_once_;
  std::mutex mutex_;                          // guards the following
  std::map<const Connector*, Queue> queues_;  // of the brokers with something in flight or waiting
};

}  // namespace sidestream
