#include "sidecar/stream/reader/subscription.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {
namespace {

void append_size_line(std::string& out, std::size_t size) {
  char text[16];
  out.append(text, std::to_chars(text, text + sizeof text, size, 16).ptr).append("\r\n");
}

bool behind(const Position& position, const LogView& view) {
  for (std::size_t p = 0; p < view.head_position.size(); ++p) {
    if ((p < position.size() ? position[p] : Offset{}) < view.head_position[p]) return true;
  }
  return false;
}

std::int64_t count_behind(const Position& position, const LogView& view) {
  std::int64_t n = 0;
  for (std::size_t p = 0; p < view.head_position.size(); ++p) {
    const Offset own = p < position.size() ? position[p] : Offset{};
    if (own < view.head_position[p]) {
      n += static_cast<std::int64_t>(view.head_position[p].value - own.value);
    }
  }
  return n;
}

}  // namespace

void Tally::late(LatencyProbe& latency, std::int64_t milliseconds, std::uint64_t n) {
  if (milliseconds != late_ms_ && late_events_ > 0) {
    latency.observe(late_ms_, std::exchange(late_events_, 0));
  }
  late_ms_ = milliseconds;
  late_events_ += n;
}

void Tally::flush(TopicProbe& probe) {
  if (late_events_ > 0) probe.latency.observe(late_ms_, late_events_);
  if (events > 0) probe.events_sent.add(events);
  if (bytes > 0) probe.bytes_sent.add(bytes);
  if (gaps > 0) probe.gaps.add(gaps);
  if (resets > 0) probe.resets.add(resets);
  *this = {};
}

Subscription::Subscription(SubscriptionOptions options, std::vector<std::shared_ptr<OpenLog>> logs,
                           Memory& memory)
    : options_(options), memory_(memory) {
  readers_.reserve(logs.size());
  for (auto& log : logs) readers_.emplace_back(std::move(log));
  starting_ = std::make_unique<Starting>();
  starting_->plans.resize(logs.size());
  starting_->known.resize(logs.size());
  if (options_.composite) ids_ = std::make_unique<std::string[]>(logs.size());
}

Subscription::~Subscription() { memory_.unpin(outbox_pinned_); }

void Subscription::start(const std::vector<StartRequest>& requests, Postbox& postbox,
                         std::uint64_t stream) {
  for (std::size_t part = 0; part < requests.size(); ++part) {
    readers_[part].log().start(requests[part], [&postbox, stream, part](StartPlan plan) {
      postbox.post_plan(stream, part, std::move(plan));
    });
  }
}

// ---- starting ----

void Subscription::take_plan(std::size_t part, StartPlan plan, Context& context) {
  if (ending_ || plan.stopped) return;
  LogReader& reader = readers_[part];
  if (!started_) {
    starting_->plans[part] = std::move(plan);
    starting_->known[part] = true;
    const auto& known = starting_->known;
    if (std::all_of(known.begin(), known.end(), [](bool k) { return k; })) open(context);
    return;
  }
  // The log was reset while we asked: the position is of its older generation, and step() will say so.
  if (plan.generation != reader.generation() || reader.begun()) return;
  if (plan.gaps.empty() && plan.reset.empty()) {
    // The broker says that all is there, yet could not read it: it is read again, but not at once.
    cooling_ = true;
    return reader.rest();
  }
  announce(part, plan, context);
  reader.begin(std::move(plan.position), plan.generation, context.logs[part]->view);
}

// All starts are known: the first blocks.
void Subscription::open(Context& context) {
  started_ = true;
  auto& plans = starting_->plans;
  for (std::size_t part = 0; part < parts(); ++part) {
    const StartPlan& plan = plans[part];
    const Position& opening = plan.opening ? *plan.opening : plan.position;
    if (options_.composite) ids_[part] = format_position(log(part).format(), opening);
    note_start(part, plan, context.logs[part]->view);
  }
  if (options_.control_events) {
    std::string body;
    std::vector<std::pair<std::string_view, std::string_view>> topics;
    for (std::size_t part = 0; part < parts(); ++part) {
      topics.emplace_back(log(part).topic().settings.name, plans[part].start);
    }
    if (options_.composite) {
      append_open(body, topics);
    } else {
      append_open(body, topics[0].first, topics[0].second);
    }
    // With a reset the client keeps the id that it has: cut here, it must hear of the reset again.
    const bool reset = std::any_of(plans.begin(), plans.end(), [](auto& p) { return !p.opening; });
    const std::string id = reset ? std::string()
                           : options_.composite
                               ? composite_id(0, ids_[0])
                               : format_position(log(0).format(), *plans[0].opening);
    add_block(outbox_, body, id);
  }
  announce_all(plans, context);
  for (std::size_t part = 0; part < parts(); ++part) {
    readers_[part].begin(plans[part].position, plans[part].generation, context.logs[part]->view);
  }
  if (std::any_of(plans.begin(), plans.end(),
                  [](auto& p) { return std::string_view(p.start) != "live"; })) {
    announce_catch_up(context);
  }
  starting_.reset();
}

void Subscription::note_start(std::size_t part, const StartPlan& plan, const LogView& view) {
  bool in_memory = true;
  for (std::size_t p = 0; p < view.tail_position.size() && p < plan.position.size(); ++p) {
    in_memory = in_memory && plan.position[p] >= view.tail_position[p];
  }
  log(part).topic().probe.start(!plan.reset.empty()           ? StartMode::reset
                                : !plan.gaps.empty()          ? StartMode::gap
                                : !in_memory                  ? StartMode::broker
                                : behind(plan.position, view) ? StartMode::memory
                                                              : StartMode::live);
}

// Loss comes before anything else. Of several announcements only the last has an id: cut before it,
// the client must hear of all of them again.
void Subscription::announce_all(const std::vector<StartPlan>& plans, Context& context) {
  std::vector<std::string> bodies;
  std::string id;
  for (std::size_t part = 0; part < parts(); ++part) {
    const StartPlan& plan = plans[part];
    if (!plan.reset.empty() || !plan.gaps.empty()) {
      bodies.push_back(announcement(part, plan, context));
      id = composite_id(part, format_position(log(part).format(), plan.position));
    }
  }
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    add_block(outbox_, bodies[i], i + 1 < bodies.size() ? std::string_view() : id);
  }
}

void Subscription::announce(std::size_t part, const StartPlan& plan, Context& context) {
  const std::string body = announcement(part, plan, context);
  add_block(outbox_, body, composite_id(part, format_position(log(part).format(), plan.position)));
}

std::string Subscription::announcement(std::size_t part, const StartPlan& plan, Context& context) {
  const std::string& topic = log(part).topic().settings.name;
  std::string body;
  if (!plan.reset.empty()) {
    append_reset(body, topic, plan.reset);
    ++context.logs[part]->tally.resets;
    return body;
  }
  append_gap(body, topic, "retention", log(part).format(), plan.gaps);
  ++context.logs[part]->tally.gaps;
  for (const Gap& gap : plan.gaps) {
    if (gap.lost) log(part).topic().probe.gap_records.add(static_cast<std::uint64_t>(*gap.lost));
  }
  return body;
}

void Subscription::announce_catch_up(Context& context) {
  if (catch_up_told_) return;
  bool any = false;
  std::optional<std::int64_t> records = 0;
  for (std::size_t part = 0; part < parts(); ++part) {
    const LogView& view = context.logs[part]->view;
    const Position position = readers_[part].position(view);
    if (!behind(position, view)) continue;
    any = true;
    if (log(part).format() != OffsetFormat::integer) records.reset();
    if (records) *records += count_behind(position, view);
  }
  if (!any) return;
  catch_up_told_ = true;
  live_at_.assign(parts(), until_joined);
  if (!options_.control_events) return;
  std::string body;
  append_catch_up(body, options_.composite ? std::string_view() : log(0).topic().settings.name,
                  records);
  add_block(outbox_, body, {});
}

// ---- changes of the log under the reader ----

void Subscription::look_for_changes(Context& context) {
  for (std::size_t part = 0; part < parts(); ++part) {
    const LogState& state = *context.logs[part];
    if (readers_[part].generation() != state.view.generation) {
      reset_part(part, context);
    } else if (readers_[part].notice_lag(state.view, state.parked)) {
      log(part).topic().probe.lagged.add();
      announce_catch_up(context);
    }
  }
}

void Subscription::reset_part(std::size_t part, Context& context) {
  const LogView& view = context.logs[part]->view;
  StartPlan plan;
  plan.reset = view.reset_reason;
  plan.position = view.reset_position;
  announce(part, plan, context);
  readers_[part].begin(plan.position, view.generation, view);
}

// The records after this reader's vector are gone from the broker: asks where to go on.
void Subscription::recover(std::size_t part, Context& context) {
  LogReader& reader = readers_[part];
  StartRequest request;
  request.kind = StartRequest::Kind::position;
  request.position = reader.position(context.logs[part]->view);
  request.generation = reader.generation();
  reader.restart();
  // Reset meanwhile? Then the view that is on its way says so, and the vector means nothing any
  // more.
  if (log(part).log().generation() != reader.generation()) return;
  log(part).start(std::move(request),
                  [&postbox = context.postbox, stream = context.stream, part](StartPlan plan) {
                    postbox.post_plan(stream, part, std::move(plan));
                  });
}

void Subscription::take_page(std::size_t part, Result<PagePtr> page, Context& context) {
  if (readers_[part].take_page(std::move(page)) == LogReader::Found::gone) recover(part, context);
}

void Subscription::tick() {
  if (!cooling_) return;
  cooling_ = false;
  for (LogReader& reader : readers_) reader.go_on();
}

// ---- the stream's own blocks ----

void Subscription::heartbeat(Context& context) {
  if (ending_ || pinned_ || !outbox_.empty()) return;
  const bool moved =
      std::any_of(readers_.begin(), readers_.end(), [](auto& r) { return r.moved(); });
  if (moved && started_ && options_.control_events) {
    for (LogReader& reader : readers_) reader.set_moved(false);
    std::string body;
    append_cursor(body);
    return add_block(outbox_, body, whole_id(context));
  }
  outbox_ += options_.chunked ? "2\r\n:\n\r\n" : ":\n";
}

void Subscription::end(std::string_view reason, std::int64_t retry_ms) {
  if (ending_) return;
  ending_ = true;
  std::string body;
  append_shutdown(body, reason);
  append_retry(body, retry_ms);
  retry_told_ = true;
  add_block(outbox_, body, {});
  if (options_.chunked) outbox_ += "0\r\n\r\n";
}

// ---- blocks and ids ----

std::string Subscription::id_of(std::size_t part, const LogView& view) {
  return readers_[part].id(view);
}

std::string Subscription::composite_id(std::size_t part, std::string_view id) {
  if (!options_.composite) return std::string(id);
  ids_[part] = id;
  std::string out;
  for (std::size_t i = 0; i < parts(); ++i) {
    append_composite(out, log(i).topic().settings.name, ids_[i]);
  }
  return out;
}

std::string Subscription::whole_id(Context& context) {
  std::string id;
  for (std::size_t part = 0; part < parts(); ++part) {
    id = composite_id(part, id_of(part, context.logs[part]->view));
  }
  return id;
}

void Subscription::add_block(std::string& out, std::string_view body, std::string_view id) {
  std::string retry;
  if (!retry_told_) {
    append_retry(retry, options_.retry_ms);
    retry_told_ = true;
  }
  const std::size_t size = body.size() + retry.size() + (id.empty() ? 0 : id.size() + 5) + 1;
  if (options_.chunked) append_size_line(out, size);
  out.append(body).append(retry);
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  out += '\n';
  if (options_.chunked) out += "\r\n";
}

std::size_t Subscription::holds() const {
  return outbox_pinned_ +
         (pinned_ && pinned_->segment->retired() ? pinned_->segment->footprint() : 0);
}

std::uint64_t Subscription::lag(std::span<LogState* const> logs) const {
  std::uint64_t most = 0;
  for (std::size_t part = 0; part < parts() && started_; ++part) {
    const LogView& view = logs[part]->view;
    const LogReader& reader = readers_[part];
    const bool in_log = reader.joined() && reader.cursor() >= view.tail;
    const std::uint64_t n =
        in_log ? view.head - reader.cursor()
        : log(part).format() == OffsetFormat::integer
            ? static_cast<std::uint64_t>(count_behind(reader.position(view), view))
            : view.head - view.tail;
    most = std::max(most, n);
  }
  return most;
}

}  // namespace sidestream
