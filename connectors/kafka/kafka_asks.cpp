#include "connectors/kafka/kafka_asks.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "connectors/backoff.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream::kafka {
namespace {

using std::chrono::milliseconds;

// Tries until `attempt` has an answer; the broker may be away, or the topic not there yet.
template <class T>
void ask(Context& context, std::function<std::optional<T>()> attempt, Connector::Callback<T> done) {
  struct Open {
    std::function<std::optional<T>()> attempt;
    Connector::Callback<T> done;
    Backoff backoff{milliseconds(50), milliseconds(1000)};
  };
  struct Job {
    Context& context;
    std::shared_ptr<Open> open;
    void operator()() const {
      if (context.workers.stopping()) return open->done(make_error_code(Errc::stopped));
      if (context.queries) {
        if (auto answer = open->attempt()) return open->done(std::move(*answer));
      }
      context.workers.submit(*this, open->backoff.next(rng()));
    }
  };
  context.workers.submit(
      Job{context, std::make_shared<Open>(Open{std::move(attempt), std::move(done)})});
}

// The extents of all partitions; those that can't be known now stand in `unknown`.
std::optional<LogExtent> try_extent(Context& context, Topic& topic) {
  const auto leaders = context.queries->leaders(topic);
  if (!leaders) return std::nullopt;
  const auto marks = context.queries->watermarks(topic.name, *leaders);
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
  // Where nothing is known, there is nothing to answer with.
  if (extent.unknown.size() == extent.partitions.size()) return std::nullopt;
  extent.exact = context.queries->exact(topic);
  return extent;
}

// The partitions' positions, as far as they were found; asked again for those that were not.
struct Located {
  std::vector<std::optional<Offset>> found;
};

std::optional<Position> try_locate(Context& context, Topic& topic, Timestamp time,
                                   Located& located) {
  auto leaders = context.queries->leaders(topic);
  if (!leaders) return std::nullopt;
  located.found.resize(leaders->size());
  for (std::size_t p = 0; p < leaders->size(); ++p) {
    if (located.found[p]) (*leaders)[p] = -1;
  }
  // The end first: what comes in between is then after it, and is read.
  const auto marks = context.queries->watermarks(topic.name, *leaders);
  const auto since =
      context.queries->first_since(topic.name, *leaders, time.time_since_epoch().count());
  Position position;
  for (std::size_t p = 0; p < located.found.size(); ++p) {
    if (marks[p] && since[p]) {
      const auto end = marks[p]->high;
      const auto first = *since[p] < 0 ? end : std::min(*since[p], end);
      located.found[p] = Offset::of(std::max(first, marks[p]->low) - 1);
    }
    if (located.found[p]) position.push_back(*located.found[p]);
  }
  if (position.size() < located.found.size()) return std::nullopt;
  return position;
}

}  // namespace

void ask_extent(Context& context, const std::string& log, Connector::Callback<LogExtent> done) {
  ask<LogExtent>(
      context, [&context, topic = context.topics.find(log)] { return try_extent(context, *topic); },
      std::move(done));
}

void ask_locate(Context& context, const std::string& log, Timestamp time,
                Connector::Callback<Position> done) {
  ask<Position>(
      context,
      [&context, topic = context.topics.find(log), time, located = std::make_shared<Located>()] {
        return try_locate(context, *topic, time, *located);
      },
      std::move(done));
}

void ask_back(Context& context, const std::string& log, Partition partition, Offset end,
              std::int64_t count, Connector::Callback<Offset> done) {
  ask<Offset>(
      context,
      [&context, topic = context.topics.find(log), partition, end,
       count]() -> std::optional<Offset> {
        if (!context.queries->leaders(*topic)) return std::nullopt;
        const auto marks = context.queries->watermarks(topic->name, partition);
        if (!marks) return std::nullopt;
        const auto wanted = end.number() - std::clamp<std::int64_t>(count, 0, end.number() + 1);
        return Offset::of(std::min(end.number(), std::max(wanted, marks->low - 1)));
      },
      std::move(done));
}

}  // namespace sidestream::kafka
