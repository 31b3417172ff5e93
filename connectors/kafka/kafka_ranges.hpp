#pragma once
// Answers read(): ranges of partitions, several at once.
//
// One librdkafka handle reads a partition from one place at a time. So there are up to three
// clients, created on demand, and readers on them that keep their place for some seconds. A replay
// that reads one range after the other finds a reader there, with the next records fetched already.
//
// Thread: any. Requests are jobs of the workers; one that waits for the broker gives its thread
// back between attempts. Callbacks come on worker threads. Owns: clients, readers. Borrows:
// everything given by reference, which outlives the workers' threads.

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/kafka_log.hpp"
#include "connectors/kafka/queries.hpp"
#include "connectors/kafka/range_reader.hpp"
#include "connectors/kafka/topic_table.hpp"
#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {

class KafkaRanges {
 public:
  using Deliver = std::function<void(std::span<const Record>)>;
  using Done = Connector::Callback<Offset>;
  using MakeClient = std::function<std::unique_ptr<KafkaClient>()>;  // may return null

  KafkaRanges(KafkaLog log, ConnectorProbe& probe, Workers& workers, const Queries& queries,
              TopicTable& topics, MakeClient make_client);
  ~KafkaRanges();

  void read(Range range, Deliver deliver, Done done);
  // The same, but ignores records that were fetched before this call.
  void read_uncached(Range range, Deliver deliver, Done done);
  // Drops what was fetched ahead of this log: it was recreated.
  void forget(const std::string& log);
  // After the workers have stopped: releases everything.
  void stop();
  // Serves the clients' callbacks.
  void poll();

 private:
  struct Request;

  void submit(std::shared_ptr<Request> request, std::chrono::milliseconds delay);
  void run(const std::shared_ptr<Request>& request);
  bool read_slice(Request& request);
  void note_failure(Request& request, const rd_kafka_message_t& message);
  void check_broker(const std::shared_ptr<Request>& request);
  void end_short(const std::shared_ptr<Request>& request);
  void finish(Request& request);
  void fail(Request& request, Errc error);

  RangeReader* acquire(const Request& request);
  RangeReader* place_reader(const Request& request);
  void release(RangeReader* reader);
  void sweep();

  std::shared_ptr<const KafkaClient> free_client(const std::vector<const KafkaClient*>& used);
  bool make_room();

  const KafkaLog log_;
  ConnectorProbe& probe_;
  Workers& workers_;
  const Queries& queries_;
  TopicTable& topics_;
  MakeClient make_client_;
  // Guards what follows. Readers are destroyed under it: a later stop would also stop the next
  // reader of the same partition.
  std::mutex mutex_;
  std::vector<std::shared_ptr<const KafkaClient>> clients_;
  std::list<RangeReader> readers_;
  bool sweeping_ = false;
};

}  // namespace sidestream::kafka
