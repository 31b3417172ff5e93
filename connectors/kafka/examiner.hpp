#pragma once
// Answers what a tail asks about its topic: examinations of partitions, and the starts of a new
// generation. Each is a job of the workers that is retried until the broker has answered, so a
// partition without a leader delays only itself. Outcomes wait until the tail's thread takes them.
//
// Thread: public functions any; jobs run on worker threads. Owned by the tail and by its jobs.
// Borrows: everything given by reference, which outlives the workers' threads.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/kafka_ranges.hpp"
#include "connectors/kafka/queries.hpp"
#include "connectors/kafka/tail_fsm.hpp"
#include "connectors/kafka/topic_table.hpp"
#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {

class Examiner final : public std::enable_shared_from_this<Examiner> {
 public:
  using Outcome = std::variant<Examination, NewGeneration>;

  // `client`: the tail's own, whose metadata is refreshed and whose requests are counted.
  Examiner(Workers& workers, const Queries& queries, KafkaRanges& ranges,
           std::shared_ptr<TopicState> topic, std::shared_ptr<KafkaClient> client);

  // `wake` is called after each outcome, under the mutex. Also learns the partition count, which
  // may be higher than the tail's position says, and the topic's id.
  void start(std::function<void()> wake);
  // Afterwards `wake` is not called. Releases the client. Idempotent.
  void stop();

  void examine(Examination request);
  // Also drops what was read ahead of the old generation.
  void find_starts(NewGeneration request);
  std::vector<Outcome> take_outcomes();

 private:
  struct ExaminationJob;
  struct StartsJob;

  template <class Job>
  void submit(std::shared_ptr<Job> job, std::chrono::milliseconds delay);
  void run(const std::shared_ptr<ExaminationJob>& job);
  void run(const std::shared_ptr<StartsJob>& job);
  void compare_witness(const std::shared_ptr<ExaminationJob>& job);
  void conclude(const std::shared_ptr<ExaminationJob>& job);
  std::optional<bool> same_topic(const std::optional<std::string>& id);
  void post(Outcome outcome);
  std::shared_ptr<KafkaClient> client();  // null once stopped
  bool stopping();

  Workers& workers_;
  const Queries& queries_;
  KafkaRanges& ranges_;
  const std::shared_ptr<TopicState> topic_;

  std::mutex mutex_;  // guards what follows
  std::shared_ptr<KafkaClient> client_;
  std::function<void()> wake_;
  std::vector<Outcome> outcomes_;
  std::optional<std::string> topic_id_;  // of the generation that is read, once it is known
  bool stopped_ = false;
};

}  // namespace sidestream::kafka
