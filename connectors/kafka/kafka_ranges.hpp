#pragma once
// Answers read(): ranges of partitions, several at once.
//
// A partition can be read from one place at a time through one librdkafka handle. So there are a
// few handles ("lanes"), made when they are needed, and a few readers on them that stay where they
// were for some seconds: a replay that asks for one stretch after the other finds its reader
// waiting, with the next records fetched already.
//
// Thread: any. Requests are jobs of the workers; one that waits for the broker gives its thread
// back between looks. Callbacks come on worker threads. Borrows: context.

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/kafka/context.hpp"
#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/range_reader.hpp"

namespace sidestream::kafka {

class KafkaRanges {
 public:
  using Deliver = std::function<void(std::span<const Record>)>;
  using Done = Connector::Callback<Offset>;
  using MakeLane = std::function<std::unique_ptr<KafkaClient>()>;  // may return null

  KafkaRanges(Context& context, MakeLane make_lane);
  ~KafkaRanges();

  void read(Range range, Deliver deliver, Done done);
  // The same, and nothing that was fetched before this call is used.
  void read_anew(Range range, Deliver deliver, Done done);
  // What was fetched ahead of this log is of a former life.
  void forget(const std::string& log);
  // After the workers have stopped: releases everything.
  void stop();
  // Serves the lanes' callbacks.
  void poll();

 private:
  struct Request;

  void submit(std::shared_ptr<Request> request, std::chrono::milliseconds delay);
  void run(const std::shared_ptr<Request>& request);
  bool read_slice(Request& request);
  void note_failure(Request& request, const rd_kafka_message_t& message);
  void look_at_broker(const std::shared_ptr<Request>& request);
  void end_short(const std::shared_ptr<Request>& request);
  void finish(Request& request);
  void fail(Request& request, Errc error);

  RangeReader* acquire(const Request& request);
  RangeReader* place_reader(const Request& request);
  void release(RangeReader* reader);
  void sweep();

  Context& context_;
  MakeLane make_lane_;
  // Guards what follows. Readers end under it: ending later, one would stop the next of its
  // partition.
  std::mutex mutex_;
  std::vector<std::shared_ptr<const KafkaClient>> lanes_;
  std::list<RangeReader> readers_;
  bool sweeping_ = false;
};

}  // namespace sidestream::kafka
