#include "connectors/kafka/log_queries.hpp"

#include <algorithm>
#include <utility>

#include "connectors/backoff.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream::kafka {

using std::chrono::milliseconds;

namespace {

// About half a second: a new leader is usually elected by then.
constexpr int max_attempts = 4;

}  // namespace

template <class T>
struct LogQueries::Retried {
  std::shared_ptr<TopicState> topic;
  std::function<Attempt<T>(TopicState&)> attempt;
  Connector::Callback<T> done;
  int failures = 0;
  bool waiting = false;
  Backoff backoff{milliseconds(50), milliseconds(1000)};
};

template <class T>
void LogQueries::submit(const std::string& log, std::function<Attempt<T>(TopicState&)> attempt,
                        Connector::Callback<T> done) {
  auto query = std::make_shared<Retried<T>>();
  query->topic = topics_.find(log);
  query->attempt = std::move(attempt);
  query->done = std::move(done);
  enqueue(query);
}

// Of an unseen topic each attempt is queued, later ones too.
template <class T>
void LogQueries::enqueue(const std::shared_ptr<Retried<T>>& query) {
  const auto job = [this, query] { run(query); };
  if (query->topic->partitions > 0) {
    workers_.submit(job);
  } else if (!unseen_.submit(job)) {
    workers_.submit([query] { query->done(make_error_code(Errc::unavailable)); });
  }
}

template <class T>
void LogQueries::retry(const std::shared_ptr<Retried<T>>& query) {
  const auto again = [this, query] {
    if (std::exchange(query->waiting, false)) --waiting_;
    enqueue(query);
  };
  workers_.submit(again, query->backoff.next(rng()));
}

template <class T>
void LogQueries::run(const std::shared_ptr<Retried<T>>& query) {
  if (workers_.stopping()) return query->done(make_error_code(Errc::stopped));
  if (!queries_.open()) return wait(query);
  auto answer = query->attempt(*query->topic);
  if (answer) return query->done(std::move(*answer));
  const auto failure = answer.error();
  // The broker went away meanwhile: its absence is no refusal.
  if (!queries_.open() || !failure.answered) return wait(query);
  report_.refused(Activity::start, query->topic->name, failure.reason);
  if (failure.error != Errc::unavailable || ++query->failures == max_attempts)
    return query->done(make_error_code(failure.error));
  retry(query);
}

template <class T>
void LogQueries::wait(const std::shared_ptr<Retried<T>>& query) {
  if (waiting_ >= max_waiting) return query->done(make_error_code(Errc::unavailable));
  ++waiting_;
  query->waiting = true;
  retry(query);
}

LogQueries::Failure LogQueries::failure_of(const Refusal& refusal) {
  if (refusal.unanswered()) return {Errc::unavailable, {}, false};
  if (refusal.missing()) return {Errc::no_such_log, reason_of(refusal.code)};
  const bool denied = refusal.code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
  return {denied ? Errc::refused : Errc::unavailable, reason_of(refusal.code)};
}

// Not all partitions have answered.
LogQueries::Failure LogQueries::unanswered(const TopicState& topic) {
  const auto trouble = topic.trouble();
  return {Errc::unavailable, trouble.empty() ? "a partition does not answer" : trouble};
}

// ---- extent ----

void LogQueries::extent(const std::string& log, Connector::Callback<LogExtent> done) {
  submit<LogExtent>(
      log, [this](TopicState& topic) { return try_extent(topic); }, std::move(done));
}

LogQueries::Attempt<LogExtent> LogQueries::try_extent(TopicState& topic) const {
  const auto leaders = queries_.leaders(topic);
  if (!leaders) return failure_of(leaders.error());
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
  if (extent.unknown.size() == extent.partitions.size()) return unanswered(topic);
  // Whoever needs the rest asks again. An open log does not.
  if (extent.unknown.empty()) {
    report_.served(Activity::start, topic.name);
  } else {
    report_.refused(Activity::start, topic.name, unanswered(topic).reason);
  }
  extent.exact = queries_.exact(topic);
  return extent;
}

// ---- locate ----

void LogQueries::locate(const std::string& log, Timestamp time,
                        Connector::Callback<Position> done) {
  const auto found = std::make_shared<std::vector<std::optional<Offset>>>();
  submit<Position>(
      log, [this, time, found](TopicState& topic) { return try_locate(topic, time, *found); },
      std::move(done));
}

LogQueries::Attempt<Position> LogQueries::try_locate(
    TopicState& topic, Timestamp time, std::vector<std::optional<Offset>>& found) const {
  auto leaders = queries_.leaders(topic);
  if (!leaders) return failure_of(leaders.error());
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
  if (position.size() < found.size()) return unanswered(topic);
  report_.served(Activity::start, topic.name);
  return position;
}

// ---- back ----

void LogQueries::back(const std::string& log, Partition partition, Offset end, std::int64_t count,
                      Connector::Callback<Offset> done) {
  submit<Offset>(
      log,
      [this, partition, end, count](TopicState& topic) -> Attempt<Offset> {
        const auto leaders = queries_.leaders(topic);
        if (!leaders) return failure_of(leaders.error());
        const auto marks = queries_.watermarks(topic.name, partition);
        if (!marks) return unanswered(topic);
        const auto wanted = end.number() - std::clamp<std::int64_t>(count, 0, end.number() + 1);
        return Offset::of(std::min(end.number(), std::max(wanted, marks->low - 1)));
      },
      std::move(done));
}

}  // namespace sidestream::kafka
