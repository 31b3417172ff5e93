#pragma once
// Answers read(): ranges of partitions, several at once.
//
// Requests are jobs of the workers; one that waits for the broker gives its thread back between
// attempts. While the broker as a whole answers but sends no records, a request is refused after two
// seconds, so that others get their turn. A corrupt batch is read again once, then skipped as a loss.
//
// Thread: any. Callbacks come on worker threads. Borrows: everything given by reference, which
// outlives the workers' threads.

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "connectors/connector.hpp"
#include "connectors/kafka/queries.hpp"
#include "connectors/kafka/range_readers.hpp"
#include "connectors/kafka/refusal_report.hpp"
#include "connectors/kafka/topic_table.hpp"
#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {

class KafkaRanges {
 public:
  using Deliver = std::function<void(std::span<const Record>)>;
  using Done = Connector::Callback<Offset>;

  KafkaRanges(const RefusalReport& report, ConnectorProbe& probe, Workers& workers,
              const Queries& queries, TopicTable& topics, RangeReaders::MakeClient make_client);
  ~KafkaRanges();

  void read(Range range, Deliver deliver, Done done);
  // The same, but ignores records that were fetched before this call.
  void read_uncached(Range range, Deliver deliver, Done done);
  // Drops what was fetched ahead of this log: it was recreated.
  void forget(const std::string& log) { readers_.forget(log); }
  // After the workers have stopped: releases everything.
  void stop() { readers_.stop(); }
  // Serves the clients' callbacks.
  void poll() { readers_.poll(); }

 private:
  struct Request;

  void submit(std::shared_ptr<Request> request, std::chrono::milliseconds delay);
  void run(const std::shared_ptr<Request>& request);
  bool read_slice(Request& request);
  void note_failure(Request& request, const rd_kafka_message_t& message);
  void check_broker(const std::shared_ptr<Request>& request);
  void refuse_if_overdue(const std::shared_ptr<Request>& request, std::string reason);
  void search_hole(const std::shared_ptr<Request>& request);
  void skip_hole(const std::shared_ptr<Request>& request);
  void end_short(const std::shared_ptr<Request>& request);
  void note_refused(const Range& range, const std::string& reason);
  void note_served(const Range& range);
  void finish(Request& request);
  void fail(Request& request, Errc error);

  const RefusalReport& report_;
  ConnectorProbe& probe_;
  Workers& workers_;
  const Queries& queries_;
  TopicTable& topics_;
  RangeReaders readers_;

  std::mutex mutex_;  // guards what follows
  std::set<std::pair<std::string, Partition>> refused_;
};

}  // namespace sidestream::kafka
