#include "sidecar/stream/start/starts.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "sidecar/base/rng.hpp"
#include "sidecar/stream/start/plans.hpp"
#include "sidecar/stream/start/resolve.hpp"

namespace sidestream {
namespace {

bool is_stop(const boost::system::error_code& error) {
  return error == make_error_code(Errc::stopped);
}

}  // namespace

Starts::Starts(Owner& owner, const std::shared_ptr<Topic>& topic, const std::string& log,
               TopicLog& topic_log, std::shared_ptr<EndedLogs> ended)
    : owner_(owner),
      topic_(*topic),
      log_(log),
      topic_log_(topic_log),
      end_check_(topic, log, topic_log, std::move(ended)) {}

void Starts::start(StartRequest request, PlanReceiver receiver) {
  Pending pending{std::move(request), std::move(receiver)};
  if (pending.request.kind == StartRequest::Kind::resume) {
    pending.id = parse_resume_id(pending.request.id, topic_.settings.name, format());
  }
  StartPlan plan;
  if (start_from_memory(pending, plan)) return pending.receiver.take(std::move(plan));
  if (join_seek(pending)) return;
  std::unique_lock lock(mutex_);
  if (closed_) {
    lock.unlock();
    return pending.receiver.take(no_plan(StartOutcome::stopped));
  }
  pending_.push_back(std::move(pending));
  // A new request shortens the back-off, but a refusing broker gets one query a second at most.
  next_query_ = std::min(next_query_, now_ + first_delay);
  if (querying_ || now_ < next_query_) return;
  querying_ = true;
  lock.unlock();
  query();
}

void Starts::retry(Clock::time_point now) {
  {
    const std::lock_guard lock(mutex_);
    now_ = now;
    // While the broker is down, clients come and go.
    std::erase_if(pending_, [](const Pending& p) { return p.receiver.waiting.expired(); });
    if (querying_ || !is_due()) return;
    querying_ = true;
  }
  query();
}

void Starts::retry() {
  {
    const std::lock_guard lock(mutex_);
    next_query_ = {};
    if (querying_ || !is_due()) return;
    querying_ = true;
  }
  query();
}

void Starts::close() {
  std::vector<Pending> pending;
  std::shared_ptr<TailSeeks> seeks;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    pending.swap(pending_);
    seeks = seeks_;
  }
  if (seeks) seeks->close();
  for (Pending& one : pending) one.receiver.take(no_plan(StartOutcome::stopped));
}

// No query is needed for a resume that the topic log covers: its records came from the broker.
bool Starts::start_from_memory(const Pending& pending, StartPlan& plan) const {
  if (!pending.id || !pending.id->position || !topic_log_.is_open()) return false;
  LogView view;
  topic_log_.view(view);
  const Position& position = *pending.id->position;
  if (position.size() != view.head_position.size() || !covers(view, position)) return false;
  if (topic_.end.exists() && !follows(position)) return false;
  plan.start = StartKind::resume;
  plan.opening = plan.position = position;
  plan.generation = view.generation;
  plan.dense = format() == OffsetFormat::integer;
  return true;
}

// Whether records surely follow `position`, now or later.
bool Starts::follows(const Position& position) const {
  const NewestRecord newest = topic_log_.newest();
  return newest.known && (!newest.ends || position.front() < newest.offset);
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

// Requires: the lock.
bool Starts::is_due() const {
  return now_ >= next_query_ && std::any_of(pending_.begin(), pending_.end(),
                                            [this](const Pending& p) { return p.due <= now_; });
}

// Removes the requests that are due and still wanted. Requires: the lock.
std::vector<Starts::Pending> Starts::take_due() {
  std::erase_if(pending_, [](const Pending& p) { return p.receiver.waiting.expired(); });
  std::vector<Pending> due, later;
  for (Pending& pending : pending_) {
    (pending.due <= now_ ? due : later).push_back(std::move(pending));
  }
  pending_ = std::move(later);
  return due;
}

// Requires: querying_ was set by the caller, without the lock now.
void Starts::query() {
  std::vector<Pending> pending;
  {
    const std::lock_guard lock(mutex_);
    assert(querying_);
    pending = take_due();
    if (pending.empty()) querying_ = false;
  }
  if (pending.empty()) return;
  LogView view;
  if (topic_log_.is_open()) topic_log_.view(view);
  Sent sent{view.generation, std::move(view.head_position)};
  topic_.connector.extent(log_, [self = owner_.shared_starts(), pending = std::move(pending),
                                 sent = std::move(sent)](Result<LogExtent> extent) mutable {
    self->take_extent(std::move(pending), sent, std::move(extent));
  });
}

void Starts::take_extent(std::vector<Pending> pending, const Sent& sent, Result<LogExtent> extent) {
  if (!extent) return query_failed(std::move(pending), extent.error());
  // The end of a partition without a leader is unknown, and an open log would read it from the
  // beginning: wait until all ends are known.
  if (!extent->unknown.empty() && !topic_log_.is_open())
    return query_failed(std::move(pending), make_error_code(Errc::unavailable));
  owner_.open_at(*extent);
  LogView view;
  topic_log_.view(view);
  const bool outdated = view.generation != sent.generation || is_another_log(*extent, sent.head);
  if (outdated && postpone(pending)) return;
  if (topic_.end.exists()) topic_.note_partitions(extent->partitions.size());
  if (end_check_.applies_to(*extent))
    return check_end(std::move(pending), *extent, view.generation);
  answer(std::move(pending), *extent, view);
}

void Starts::check_end(std::vector<Pending> pending, const LogExtent& extent,
                       std::uint64_t generation) {
  end_check_.run(extent, [self = owner_.shared_starts(), pending = std::move(pending), extent,
                          generation](Result<LogEnd> end) mutable {
    if (!end) return self->query_failed(std::move(pending), end.error());
    LogView view;
    self->topic_log_.view(view);
    if (view.generation != generation && self->postpone(pending)) return;
    self->owner_.note_end(*end);
    for (Pending& one : pending) one.end = *end;
    self->answer(std::move(pending), extent, view);
  });
}

void Starts::answer(std::vector<Pending> pending, const LogExtent& extent, const LogView& view) {
  for (Pending& one : pending) resolve(std::move(one), extent, view);
  query_next();
}

void Starts::query_failed(std::vector<Pending> pending, const boost::system::error_code& error) {
  if (!is_stop(error) && postpone(pending)) {
    const std::lock_guard lock(mutex_);
    next_query_ = now_ + backoff_.next(rng());
    return;
  }
  for (Pending& one : pending) one.receiver.take(no_plan(StartOutcome::stopped));
  query_next();
}

// Puts the requests back until retry(). Returns false after close(), when there is nothing left to
// wait for.
bool Starts::postpone(std::vector<Pending>& pending) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  pending_.insert(pending_.begin(), std::make_move_iterator(pending.begin()),
                  std::make_move_iterator(pending.end()));
  querying_ = false;
  return true;
}

// After an answer: queries for the requests that have arrived meanwhile.
void Starts::query_next() {
  {
    const std::lock_guard lock(mutex_);
    next_query_ = {};
    backoff_.reset();
    querying_ = is_due();
    if (!querying_) return;
  }
  query();
}

void Starts::resolve(Pending pending, const LogExtent& extent, const LogView& view) {
  const auto finish = [&](StartPlan plan) {
    plan.generation = view.generation;
    set_end(plan, pending.end);
    pending.receiver.take(std::move(plan));
  };
  const bool dense = extent.dense;
  StartRequest& request = pending.request;
  const Position& head = view.head_position;
  const Start on_reset = topic_.settings.on_reset;
  switch (request.kind) {
    case StartRequest::Kind::live:
      return finish(plan_at(StartKind::live, live_position(extent, head), dense));
    case StartRequest::Kind::earliest:
      return finish(plan_at(StartKind::earliest, earliest_position(extent), dense));
    case StartRequest::Kind::resume:
      return finish(resolve_id(*pending.id, extent, head, on_reset));
    case StartRequest::Kind::position:
      if (request.generation != view.generation) return finish(no_plan(StartOutcome::outdated));
      return finish(resolve_position(std::move(request.position), extent, head, on_reset));
    case StartRequest::Kind::since: {
      const Timestamp since = request.since;
      return topic_.connector.locate(log_, since,
                                     when_located(std::make_shared<Pending>(std::move(pending)),
                                                  StartKind::since, dense, view.generation));
    }
    case StartRequest::Kind::tail: {
      const TailSeeks::Question question{request.tail, view.generation, request.filter};
      const auto kept = std::make_shared<Pending>(std::move(pending));
      return seeks().ask(question, extent, asker(kept, dense, view.generation));
    }
  }
}

TailSeeks& Starts::seeks() {
  const std::lock_guard lock(mutex_);
  if (!seeks_) {
    seeks_ = owner_.make_seeks();
    if (closed_) seeks_->close();
  }
  return *seeks_;
}

bool Starts::join_seek(Pending& pending) {
  if (pending.request.kind != StartRequest::Kind::tail || !topic_log_.is_open()) return false;
  LogView view;
  topic_log_.view(view);
  const auto kept = std::make_shared<Pending>(std::move(pending));
  const bool dense = format() == OffsetFormat::integer;
  const TailSeeks::Question question{kept->request.tail, view.generation, kept->request.filter};
  if (seeks().join(question, asker(kept, dense, view.generation))) return true;
  pending = std::move(*kept);
  return false;
}

TailSeeks::Asker Starts::asker(const std::shared_ptr<Pending>& pending, bool dense,
                               std::uint64_t generation) {
  return {pending->receiver.waiting, pending->receiver.client,
          when_located(pending, StartKind::tail, dense, generation)};
}

std::function<void(Result<Position>)> Starts::when_located(std::shared_ptr<Pending> pending,
                                                           StartKind start, bool dense,
                                                           std::uint64_t generation) {
  return [self = owner_.shared_starts(), pending = std::move(pending), start, dense,
          generation](Result<Position> position) {
    if (!position) return self->search_failed(std::move(*pending), position.error());
    StartPlan plan = plan_at(start, std::move(*position), dense);
    plan.generation = generation;
    set_end(plan, pending->end);
    pending->receiver.take(std::move(plan));
  };
}

void Starts::search_failed(Pending pending, const boost::system::error_code& error) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_ && !is_stop(error)) {
      pending.due = now_ + pending.backoff.next(rng());
      return pending_.push_back(std::move(pending));
    }
  }
  pending.receiver.take(no_plan(StartOutcome::stopped));
}

}  // namespace sidestream
