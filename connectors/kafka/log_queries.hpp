#pragma once
// extent(), locate() and back() of the connector. Each is a job of the workers; topics that were
// never seen have a queue of their own, because clients choose the names of template logs. While no
// broker can be reached it waits, and so do a limited number of others. A refusal is retried for a moment,
// because leaders change, and then answered: whoever still wants the answer asks again.
//
// Thread: any; answers come on worker threads. Borrows: everything given, which outlives the
// workers' threads.
// Errors: Errc::no_such_log, Errc::refused (denied), Errc::unavailable (no leader, no answer, too
// many that wait), Errc::stopped.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/kafka/job_queue.hpp"
#include "connectors/kafka/queries.hpp"
#include "connectors/kafka/refusal_report.hpp"
#include "connectors/kafka/topic_table.hpp"
#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {

class LogQueries {
 public:
  // Queries that wait for an unreachable broker at once.
  static constexpr int max_waiting = 2000;
  // Queries of topics that were never seen: at once, and behind those.
  static constexpr std::size_t unseen_running = 4;
  static constexpr std::size_t unseen_waiting = 1000;

  LogQueries(const RefusalReport& report, Workers& workers, const Queries& queries,
             TopicTable& topics)
      : report_(report),
        workers_(workers),
        queries_(queries),
        topics_(topics),
        unseen_(workers, unseen_running, unseen_waiting) {}

  void extent(const std::string& log, Connector::Callback<LogExtent> done);
  void locate(const std::string& log, Timestamp time, Connector::Callback<Position> done);
  void back(const std::string& log, Partition partition, Offset end, std::int64_t count,
            Connector::Callback<Offset> done);

 private:
  template <class T>
  struct Retried;

  // Why an attempt has no answer.
  struct Failure {
    Errc error = Errc::unavailable;
    std::string reason;
    bool answered = true;  // false: no broker has answered
  };
  template <class T>
  using Attempt = boost::system::result<T, Failure>;

  template <class T>
  void submit(const std::string& log, std::function<Attempt<T>(TopicState&)> attempt,
              Connector::Callback<T> done);
  template <class T>
  void enqueue(const std::shared_ptr<Retried<T>>& query);
  template <class T>
  void retry(const std::shared_ptr<Retried<T>>& query);
  template <class T>
  void run(const std::shared_ptr<Retried<T>>& query);
  template <class T>
  void wait(const std::shared_ptr<Retried<T>>& query);
  static Failure failure_of(const Refusal& refusal);
  static Failure unanswered(const TopicState& topic);
  Attempt<LogExtent> try_extent(TopicState& topic) const;
  // `found`: by partition, the offsets that earlier attempts have found.
  Attempt<Position> try_locate(TopicState& topic, Timestamp time,
                               std::vector<std::optional<Offset>>& found) const;

  const RefusalReport& report_;
  Workers& workers_;
  const Queries& queries_;
  TopicTable& topics_;
  JobQueue unseen_;  // queries of topics that were never seen
  std::atomic<int> waiting_{0};
};

}  // namespace sidestream::kafka
