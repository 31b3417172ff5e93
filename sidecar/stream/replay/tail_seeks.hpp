#pragma once
// Answers `tail=` of one log. Equal questions share one seek while it waits and while it runs, and
// its answer as long as the log's end has not moved.
//
// At most one seek of a log runs, and few of a broker (BrokerScheduler), so the queries of other starts
// never wait behind many of them. The clients that ask take turns. A seek ends when its last asker
// has left.
//
// Thread: any. Askers are answered without the lock, on a connector thread or within ask().
// Borrows: the pool.

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/stream/filter/stream_filter.hpp"
#include "sidecar/stream/replay/replay.hpp"
#include "sidecar/stream/replay/replay_pool.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class TailSeeks final : public BrokerScheduler::Worker,
                        public std::enable_shared_from_this<TailSeeks> {
 public:
  struct Question {
    std::int64_t wanted = 0;       // records of each partition
    std::uint64_t generation = 0;  // of the log, as in LogView::generation
    FilterPtr filter{};            // null: every record counts
    friend std::strong_ordering operator<=>(const Question& a, const Question& b);
    friend bool operator==(const Question& a, const Question& b) { return (a <=> b) == 0; }
  };
  struct Asker {
    std::weak_ptr<const void> waiting;  // expires when the answer is no longer wanted
    ClientId client{};
    std::function<void(Result<Position>)> done;  // called once while it waits
  };

  TailSeeks(std::shared_ptr<Topic> topic, std::string log, std::shared_ptr<Replay> replay,
            ReplayPool& pool);

  // Whether the question waits or is under way. If so, the asker gets its answer.
  bool join(const Question& question, Asker asker);
  // `extent`: what the broker holds now. Errors: Errc::unavailable (an end is unknown),
  // Errc::stopped, and those of the broker.
  void ask(const Question& question, const LogExtent& extent, Asker asker);
  // Answers all askers, and later ones, as stopped.
  void close();

 private:
  struct Seek {
    LogExtent extent;
    std::vector<Asker> askers;
    std::size_t tidy_at = 16;  // askers, before those that have left are removed
    std::set<ClientId> clients;
    bool running = false;
  };
  struct Answer {
    Question question;
    Position ends;  // of the log then
    Position position;
  };
  static constexpr std::size_t answers_most = 8;
  // Of the log, not of a partition.
  static constexpr Partition whole_log = -1;

  bool start_next(Partition, ClientId client) override;
  void add(const Question& question, Seek& seek, Asker asker);
  void enqueue(const std::vector<ClientId>& clients);
  std::vector<ClientId> unqueued();
  bool is_wanted(const Question& question);
  std::optional<Result<Position>> answer_now(const Question& question,
                                             const LogExtent& extent) const;
  void keep_answer(const Question& question, const LogExtent& extent, const Position& position);
  void finish(const Question& question, const Result<Position>& result);

  const std::shared_ptr<Topic> topic_;
  const std::string log_;
  const std::shared_ptr<Replay> replay_;
  ReplayPool& pool_;

  std::mutex mutex_;  // guards the following
  std::map<Question, Seek> seeks_;
  RoundRobin<ClientId, Question> waiting_;
  std::set<ClientId> queued_;  // clients that wait for the scheduler
  std::vector<Answer> answers_;
  bool running_ = false;
  bool closed_ = false;
};

}  // namespace sidestream
