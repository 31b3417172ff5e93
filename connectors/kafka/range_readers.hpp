#pragma once
// The readers of ranges, and the clients that they read through.
//
// One librdkafka handle reads a partition from one place at a time. So there are up to three
// clients, created on demand, and readers on them that keep their place for some seconds. A replay
// that reads one range after the other finds a reader there, with the next records fetched already.
//
// Thread: any. Owns: clients, readers. Borrows: workers.

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/range_reader.hpp"
#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {

class RangeReaders {
 public:
  using MakeClient = std::function<std::unique_ptr<KafkaClient>()>;  // may return null

  RangeReaders(Workers& workers, MakeClient make_client);
  ~RangeReaders();
  RangeReaders(const RangeReaders&) = delete;
  RangeReaders& operator=(const RangeReaders&) = delete;

  // A reader of the partition, if possible one whose next record is `next`. Nobody else gets it
  // until release(). Null: all are busy.
  RangeReader* acquire(const std::string& topic, Partition partition, std::int64_t next);
  void release(RangeReader* reader);  // may be null
  // Drops what was fetched ahead of this topic.
  void forget(const std::string& topic);
  // Serves the clients' callbacks.
  void poll();
  // After the workers have stopped: releases everything.
  void stop();

 private:
  RangeReader* place(const std::string& topic, Partition partition, std::int64_t next);
  std::shared_ptr<const KafkaClient> free_client(const std::vector<const KafkaClient*>& used);
  bool make_room();
  void sweep();

  Workers& workers_;
  const MakeClient make_client_;
  // Guards what follows. Readers are destroyed under it: a later stop would also stop the next
  // reader of the same partition.
  std::mutex mutex_;
  std::vector<std::shared_ptr<const KafkaClient>> clients_;
  std::list<RangeReader> readers_;
  bool sweeping_ = false;
};

}  // namespace sidestream::kafka
