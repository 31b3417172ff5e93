#include "connectors/kafka/log_queries.hpp"

#include <algorithm>
#include <utility>

#include "connectors/backoff.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream::kafka {

using std::chrono::milliseconds;

template <class T>
struct LogQueries::Retried {
  std::function<std::optional<T>()> attempt;
  Connector::Callback<T> done;
  Backoff backoff{milliseconds(50), milliseconds(1000)};
};

// The broker may be down, or the topic may not exist yet.
template <class T>
void LogQueries::submit(std::function<std::optional<T>()> attempt, Connector::Callback<T> done) {
  auto query = std::make_shared<Retried<T>>();
  query->attempt = std::move(attempt);
  query->done = std::move(done);
  workers_.submit([this, query] { run(query); });
}

template <class T>
void LogQueries::run(const std::shared_ptr<Retried<T>>& query) {
  if (workers_.stopping()) return query->done(make_error_code(Errc::stopped));
  if (auto answer = query->attempt()) return query->done(std::move(*answer));
  workers_.submit([this, query] { run(query); }, query->backoff.next(rng()));
}

// ---- extent ----

void LogQueries::extent(const std::string& log, Connector::Callback<LogExtent> done) {
  submit<LogExtent>([this, topic = topics_.find(log)] { return try_extent(*topic); },
                    std::move(done));
}

std::optional<LogExtent> LogQueries::try_extent(TopicState& topic) const {
  const auto leaders = queries_.leaders(topic);
  if (!leaders) return std::nullopt;
  const auto marks = queries_.watermarks(topic.name, *leaders);
  LogExtent extent;
  for (std::size_t p = 0; p < marks.size(); ++p) {
    if (marks[p]) {
      const auto [low, high] = *marks[p];
      extent.partitions.push_back({Offset::of(low - 1), Offset::of(low), Offset::of(high - 1)});
    } else {
      extent.partitions.push_back({Offset::of(-1), Offset::of(0), Offset::of(-1)});
      extent.unknown.push_back(static_cast<Partition>(p));
    }
  }
  // No partition has answered: retry.
  if (extent.unknown.size() == extent.partitions.size()) return std::nullopt;
  extent.exact = queries_.exact(topic);
  return extent;
}

// ---- locate ----

void LogQueries::locate(const std::string& log, Timestamp time,
                        Connector::Callback<Position> done) {
  const auto found = std::make_shared<std::vector<std::optional<Offset>>>();
  submit<Position>(
      [this, topic = topics_.find(log), time, found] { return try_locate(*topic, time, *found); },
      std::move(done));
}

std::optional<Position> LogQueries::try_locate(TopicState& topic, Timestamp time,
                                               std::vector<std::optional<Offset>>& found) const {
  auto leaders = queries_.leaders(topic);
  if (!leaders) return std::nullopt;
  found.resize(leaders->size());
  // Partitions that have been found are not queried again.
  for (std::size_t p = 0; p < leaders->size(); ++p) {
    if (found[p]) (*leaders)[p] = -1;
  }
  // The end first: a record that arrives in between is after it, so it is read.
  const auto marks = queries_.watermarks(topic.name, *leaders);
  const auto since = queries_.first_since(topic.name, *leaders, time.time_since_epoch().count());
  Position position;
  for (std::size_t p = 0; p < found.size(); ++p) {
    if (marks[p] && since[p]) {
      const auto end = marks[p]->high;
      const auto first = *since[p] < 0 ? end : std::min(*since[p], end);
      found[p] = Offset::of(std::max(first, marks[p]->low) - 1);
    }
    if (found[p]) position.push_back(*found[p]);
  }
  if (position.size() < found.size()) return std::nullopt;
  return position;
}

// ---- back ----

void LogQueries::back(const std::string& log, Partition partition, Offset end, std::int64_t count,
                      Connector::Callback<Offset> done) {
  submit<Offset>(
      [this, topic = topics_.find(log), partition, end, count]() -> std::optional<Offset> {
        if (!queries_.leaders(*topic)) return std::nullopt;
        const auto marks = queries_.watermarks(topic->name, partition);
        if (!marks) return std::nullopt;
        const auto wanted = end.number() - std::clamp<std::int64_t>(count, 0, end.number() + 1);
        return Offset::of(std::min(end.number(), std::max(wanted, marks->low - 1)));
      },
      std::move(done));
}

}  // namespace sidestream::kafka
