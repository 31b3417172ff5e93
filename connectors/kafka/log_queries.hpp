#pragma once
// extent(), locate() and back() of the connector: each is a job of the workers that is retried
// until the broker has answered, or answered with Errc::stopped.
//
// Thread: any; answers come on worker threads. Borrows: everything given, which outlives the
// workers' threads.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/kafka/queries.hpp"
#include "connectors/kafka/topic_table.hpp"
#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {

class LogQueries {
 public:
  LogQueries(Workers& workers, const Queries& queries, TopicTable& topics)
      : workers_(workers), queries_(queries), topics_(topics) {}

  void extent(const std::string& log, Connector::Callback<LogExtent> done);
  void locate(const std::string& log, Timestamp time, Connector::Callback<Position> done);
  void back(const std::string& log, Partition partition, Offset end, std::int64_t count,
            Connector::Callback<Offset> done);

 private:
  template <class T>
  struct Retried;

  template <class T>
  void submit(std::function<std::optional<T>()> attempt, Connector::Callback<T> done);
  template <class T>
  void run(const std::shared_ptr<Retried<T>>& query);
  std::optional<LogExtent> try_extent(TopicState& topic) const;
  // `found`: by partition, the offsets that earlier attempts have found.
  std::optional<Position> try_locate(TopicState& topic, Timestamp time,
                                     std::vector<std::optional<Offset>>& found) const;

  Workers& workers_;
  const Queries& queries_;
  TopicTable& topics_;
};

}  // namespace sidestream::kafka
