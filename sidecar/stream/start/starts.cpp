#include "sidecar/stream/start/starts.hpp"

#include <cassert>
#include <iterator>
#include <utility>

#include "sidecar/stream/replay/tail_seek.hpp"
#include "sidecar/stream/start/resolve.hpp"

namespace sidestream {
namespace {

StartPlan plan_at(StartKind start, Position position, const LogExtent& extent) {
  StartPlan plan;
  plan.start = start;
  plan.opening = position;
  plan.position = std::move(position);
  plan.dense = extent.dense;
  return plan;
}

StartPlan no_plan(StartOutcome outcome) {
  assert(outcome != StartOutcome::found);
  StartPlan plan;
  plan.outcome = outcome;
  return plan;
}

StartPlan no_plan(const boost::system::error_code& error) {
  const bool stopped = error == make_error_code(Errc::stopped);
  return no_plan(stopped ? StartOutcome::stopped : StartOutcome::failed);
}

}  // namespace

Starts::Starts(Owner& owner, Topic& topic, const std::string& log, TopicLog& topic_log,
               std::shared_ptr<Replay> replay)
    : owner_(owner), topic_(topic), log_(log), topic_log_(topic_log), replay_(std::move(replay)) {}

void Starts::start(StartRequest request, PlanCallback done) {
  Pending pending{std::move(request), std::nullopt, std::move(done)};
  if (pending.request.kind == StartRequest::Kind::resume) {
    pending.id = parse_resume_id(pending.request.id, topic_.settings.name, format());
  }
  StartPlan plan;
  if (start_from_memory(pending, plan)) return pending.done(std::move(plan));
  std::unique_lock lock(mutex_);
  if (closed_) {
    lock.unlock();
    return pending.done(no_plan(StartOutcome::stopped));
  }
  pending_.push_back(std::move(pending));
  if (std::exchange(querying_, true)) return;
  lock.unlock();
  query();
}

void Starts::retry() {
  {
    const std::lock_guard lock(mutex_);
    if (querying_ || pending_.empty()) return;
    querying_ = true;
  }
  query();
}

void Starts::close() {
  std::vector<Pending> pending;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    pending.swap(pending_);
  }
  for (Pending& one : pending) one.done(no_plan(StartOutcome::stopped));
}

// No query is needed for a resume that the topic log covers: its records came from the broker.
bool Starts::start_from_memory(const Pending& pending, StartPlan& plan) const {
  if (!pending.id || !pending.id->position || !topic_log_.is_open()) return false;
  LogView view;
  topic_log_.view(view);
  const Position& position = *pending.id->position;
  if (position.size() != view.head_position.size() || !covers(view, position)) return false;
  plan.start = StartKind::resume;
  plan.opening = plan.position = position;
  plan.generation = view.generation;
  plan.dense = format() == OffsetFormat::integer;
  return true;
}

bool Starts::covers(const LogView& view, const Position& position) const {
  for (std::size_t p = 0; p < position.size(); ++p) {
    if (position[p] < view.tail_position[p] || position[p] > view.head_position[p]) return false;
  }
  if (format() == OffsetFormat::integer || position == view.tail_position) return true;
  // Entry ids of several generations may overlap (Redis): a position between the log's beginning
  // and the first record that is kept may be of an older one.
  const Segment& first = *view.segment_of(view.tail);
  return position[0] >= first.frame(view.index_of(first, view.tail)).offset;
}

// Takes all pending requests. Requires: querying_ was set by the caller, without the lock now.
void Starts::query() {
  std::vector<Pending> pending;
  {
    const std::lock_guard lock(mutex_);
    assert(querying_);
    pending.swap(pending_);
  }
  LogView view;
  if (topic_log_.is_open()) topic_log_.view(view);
  Sent sent{view.generation, std::move(view.head_position)};
  topic_.connector.extent(log_, [self = owner_.shared_starts(), pending = std::move(pending),
                                 sent = std::move(sent)](Result<LogExtent> extent) mutable {
    self->take_extent(std::move(pending), sent, std::move(extent));
  });
}

void Starts::take_extent(std::vector<Pending> pending, const Sent& sent, Result<LogExtent> extent) {
  if (!extent) {
    for (Pending& one : pending) one.done(no_plan(extent.error()));
    return query_next();
  }
  owner_.open_at(*extent);
  LogView view;
  topic_log_.view(view);
  const bool outdated = view.generation != sent.generation || is_another_log(*extent, sent.head);
  if (outdated && postpone(pending)) return;
  for (Pending& one : pending) resolve(std::move(one), *extent, view);
  query_next();
}

// The answer is about another generation than the topic log's: the requests wait for retry().
// Returns false after close(), when there is nothing left to wait for.
bool Starts::postpone(std::vector<Pending>& pending) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  pending_.insert(pending_.begin(), std::make_move_iterator(pending.begin()),
                  std::make_move_iterator(pending.end()));
  querying_ = false;
  return true;
}

void Starts::query_next() {
  {
    const std::lock_guard lock(mutex_);
    querying_ = !pending_.empty();
    if (!querying_) return;
  }
  query();
}

void Starts::resolve(Pending pending, const LogExtent& extent, const LogView& view) {
  const auto finish = [generation = view.generation,
                       done = std::move(pending.done)](StartPlan plan) {
    plan.generation = generation;
    done(std::move(plan));
  };
  const auto located = [extent, finish](StartKind start) {
    return [extent, finish, start](Result<Position> position) {
      finish(position ? plan_at(start, std::move(*position), extent) : no_plan(position.error()));
    };
  };
  StartRequest& request = pending.request;
  const Position& head = view.head_position;
  const Start on_reset = topic_.settings.on_reset;
  switch (request.kind) {
    case StartRequest::Kind::live:
      return finish(plan_at(StartKind::live, live_position(extent, head), extent));
    case StartRequest::Kind::earliest:
      return finish(plan_at(StartKind::earliest, earliest_position(extent), extent));
    case StartRequest::Kind::resume:
      return finish(resolve_id(*pending.id, extent, head, on_reset));
    case StartRequest::Kind::position:
      if (request.generation != view.generation) return finish(no_plan(StartOutcome::outdated));
      return finish(resolve_position(std::move(request.position), extent, head, on_reset));
    case StartRequest::Kind::since:
      return topic_.connector.locate(log_, request.since, located(StartKind::since));
    case StartRequest::Kind::tail:
      return std::make_shared<TailSeek>(topic_.connector, replay_, log_, extent, request.tail,
                                        located(StartKind::tail))
          ->run();
  }
}

}  // namespace sidestream
