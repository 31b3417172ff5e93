#include "sidecar/stream/open_log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/ingest/record_traces.hpp"
#include "sidecar/stream/replay/tail_seek.hpp"
#include "sidecar/stream/start/resolve.hpp"

namespace sidestream {
namespace {

std::int64_t ticks(std::chrono::steady_clock::time_point t) { return t.time_since_epoch().count(); }

StartPlan plan_at(const char* start, Position position, const LogExtent& extent) {
  StartPlan plan;
  plan.start = start;
  plan.opening = position;
  plan.position = std::move(position);
  plan.dense = extent.dense;
  return plan;
}

StartPlan stopped_plan() {
  StartPlan plan;
  plan.stopped = true;
  return plan;
}

}  // namespace

OpenLog::OpenLog(std::shared_ptr<Topic> topic, std::string name, ReplayPool& pool, Logger log)
    : topic_(std::move(topic)),
      name_(std::move(name)),
      logger_(std::move(log)),
      log_(topic_->connector.format(), topic_->settings.log_bytes),
      replay_(std::make_shared<Replay>(topic_, name_, pool)),
      encoder_(topic_->settings, topic_->connector.format(), topic_->probe),
      left_at_(ticks(std::chrono::steady_clock::now())) {}

void OpenLog::start(StartRequest request, PlanCallback done) {
  StartPlan plan;
  if (start_from_memory(request, plan)) return done(std::move(plan));
  std::unique_lock lock(mutex_);
  if (closed_) {
    lock.unlock();
    return done(stopped_plan());
  }
  waiting_.push_back({std::move(request), std::move(done)});
  if (asking_) return;
  asking_ = true;
  lock.unlock();
  ask();
}

void OpenLog::ask_again() {
  {
    const std::lock_guard lock(mutex_);
    if (asking_ || waiting_.empty()) return;
    asking_ = true;
  }
  ask();
}

// A resume that the topic log covers needs no question: its records came from the broker.
bool OpenLog::start_from_memory(const StartRequest& request, StartPlan& plan) {
  if (request.kind != StartRequest::Kind::resume || !log_.is_open()) return false;
  LogView view;
  log_.view(view);
  const std::string_view part = id_part(request.id, topic_->settings.name);
  const ParsedId parsed = parse_position(format(), part, view.head_position.size());
  if (!parsed.position || parsed.position->size() != view.head_position.size()) return false;
  const Position& position = *parsed.position;
  if (!holds(view, position)) return false;
  plan.start = "resume";
  plan.opening = plan.position = position;
  plan.generation = view.generation;
  plan.dense = format() == OffsetFormat::integer;
  return true;
}

// Times and counters of several lives may overlap (Redis): a place between the log's beginning and
// the first record that is kept here may be of a former one.
bool OpenLog::holds(const LogView& view, const Position& position) const {
  for (std::size_t p = 0; p < position.size(); ++p) {
    if (position[p] < view.tail_position[p] || position[p] > view.head_position[p]) return false;
  }
  if (format() == OffsetFormat::integer || position == view.tail_position) return true;
  const Segment& first = *view.segment_of(view.tail);
  return position[0] >= first.frame(view.index_of(first, view.tail)).offset;
}

void OpenLog::ask() {
  std::vector<Asking> asking;
  {
    const std::lock_guard lock(mutex_);
    asking.swap(waiting_);
  }
  LogView view;
  if (log_.is_open()) log_.view(view);
  Generation asked{view.generation, std::move(view.head_position)};
  topic_->connector.extent(name_, [self = shared_from_this(), asking = std::move(asking),
                                   asked = std::move(asked)](Result<LogExtent> extent) mutable {
    self->answer(std::move(asking), asked, std::move(extent));
  });
}

void OpenLog::answer(std::vector<Asking> asking, const Generation& asked,
                     Result<LogExtent> extent) {
  if (extent) {
    open_at(*extent);
    LogView view;
    log_.view(view);
    if (overtaken(asked, *extent, view)) {
      const std::lock_guard lock(mutex_);
      if (!closed_) {
        waiting_.insert(waiting_.begin(), std::make_move_iterator(asking.begin()),
                        std::make_move_iterator(asking.end()));
        asking_ = false;
        return;
      }
    }
    for (Asking& one : asking) resolve(std::move(one), *extent, view);
  } else {
    for (Asking& one : asking) one.done(stopped_plan());
  }
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      asking_ = false;
      return;
    }
  }
  ask();
}

// Whether this answer is about another generation of the log than the topic log's.
bool OpenLog::overtaken(const Generation& asked, const LogExtent& extent,
                        const LogView& view) const {
  return view.generation != asked.generation || is_another_log(extent, asked.head);
}

void OpenLog::open_at(const LogExtent& extent) {
  const std::lock_guard lock(mutex_);
  if (closed_ || log_.is_open()) return;
  const Position base = live_position(extent, {});
  replay_->set_partitions(base.size());
  log_.open(base);
  tail_ = topic_->connector.tail(name_, base, *this);
}

void OpenLog::resolve(Asking asking, const LogExtent& extent, const LogView& view) {
  const auto finish = [generation = view.generation,
                       done = std::move(asking.done)](StartPlan plan) {
    plan.generation = generation;
    done(std::move(plan));
  };
  const auto located = [extent, finish](const char* start) {
    return [extent, finish, start](Result<Position> position) {
      finish(position ? plan_at(start, std::move(*position), extent) : stopped_plan());
    };
  };
  StartRequest& request = asking.request;
  const Start on_reset = topic_->settings.on_reset;
  switch (request.kind) {
    case StartRequest::Kind::live:
      return finish(plan_at("live", live_position(extent, view.head_position), extent));
    case StartRequest::Kind::earliest:
      return finish(plan_at("earliest", earliest_position(extent), extent));
    case StartRequest::Kind::resume:
      return finish(resolve_id(request.id, topic_->settings, format(), extent, view.head_position));
    case StartRequest::Kind::position:
      if (request.generation != view.generation) return finish(stopped_plan());
      return finish(
          resolve_position(std::move(request.position), extent, view.head_position, on_reset));
    case StartRequest::Kind::since:
      return topic_->connector.locate(name_, request.since, located("since"));
    case StartRequest::Kind::tail:
      return std::make_shared<TailSeek>(topic_->connector, replay_, name_, extent, request.tail,
                                        located("tail"))
          ->run();
  }
}

void OpenLog::watch(LogWatch& watch) {
  const std::lock_guard lock(watch_mutex_);
  watches_.push_back(&watch);
}

void OpenLog::unwatch(LogWatch& watch) {
  const std::lock_guard lock(watch_mutex_);
  std::erase(watches_, &watch);
}

std::uint64_t OpenLog::slowest_lag() {
  const std::lock_guard lock(watch_mutex_);
  std::uint64_t most = 0;
  for (const LogWatch* watch : watches_) most = std::max(most, watch->slowest_lag());
  return most;
}

void OpenLog::leave(std::chrono::steady_clock::time_point now) {
  left_at_.store(ticks(now), std::memory_order_relaxed);
  readers_.fetch_sub(1, std::memory_order_relaxed);
}

bool OpenLog::idle_since(std::chrono::steady_clock::time_point then) const {
  return readers() == 0 && left_at_.load(std::memory_order_relaxed) < ticks(then);
}

void OpenLog::close() {
  std::unique_ptr<Tail> tail;
  std::vector<Asking> waiting;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    tail = std::move(tail_);
    waiting.swap(waiting_);
  }
  for (Asking& one : waiting) one.done(stopped_plan());
}

void OpenLog::commit() {
  if (!batch_.empty()) log_.append(batch_);
  batch_.clear();
  const std::lock_guard lock(watch_mutex_);
  for (LogWatch* watch : watches_) watch->changed();
}

void OpenLog::deliver(std::span<const Record> records) noexcept {
  topic_->probe.records_read.add(records.size());
  log_traces(logger_, topic_->settings.name, format(), records);
  for (const Record& record : records) encoder_.encode(record, batch_);
  commit();
}

void OpenLog::pass(Partition partition, Offset through) noexcept {
  batch_.add(FrameKind::skip, partition, through, 0);
  commit();
}

void OpenLog::lose(const Loss& loss) noexcept {
  append_gap(batch_.out(), topic_->settings.name, "retention", format(),
             {{loss.partition, loss.position, loss.resumed, loss.lost, loss.exact}});
  batch_.add(loss.exact ? FrameKind::loss : FrameKind::loss_at_most, loss.partition,
             loss.resumed.previous(), 0);
  if (loss.lost) topic_->probe.gap_records.add(static_cast<std::uint64_t>(*loss.lost));
  commit();
}

void OpenLog::reset(std::string_view reason, const Position& position) noexcept {
  logger_.warn("stream", "topic was recreated or truncated",
               {{"topic", topic_->settings.name}, {"log", name_}, {"reason", reason}});
  replay_->set_partitions(position.size());
  // In this order: pages of the new generation are then never taken for the older generation's.
  replay_->forget();
  log_.reset(std::string(reason), position);
  commit();
  ask_again();
}

void OpenLog::grow(int partitions) noexcept {
  replay_->set_partitions(static_cast<std::size_t>(partitions));
  log_.grow(static_cast<std::size_t>(partitions));
  commit();
}

}  // namespace sidestream
