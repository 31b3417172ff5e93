#include "connectors/redis/tail_worker.hpp"

#include <algorithm>
#include <utility>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/error_reply.hpp"
#include "connectors/redis/greeting.hpp"

namespace sidestream::redis {

namespace {

constexpr std::size_t most_reading = 8;  // tails at a time, which bounds memory
// How long a tail may be silent before it is looked at; longer where there are thousands of them.
constexpr std::chrono::milliseconds look_after{2000};
constexpr std::chrono::milliseconds look_after_per_tail{1};
// XINFO brings the first and the last entry: with large ones it is asked more rarely.
constexpr std::size_t look_bytes_per_ms = 256;
// A bell that rang for nothing does not ring for that tail again at once.
constexpr std::chrono::milliseconds deaf_after_false_ring{100};
constexpr int most_tries = 5;

}  // namespace

TailWorker::TailWorker(const LinkContext& context, const Anchors& anchors)
    : context_(context),
      anchors_(anchors),
      inbox_(std::make_shared<TailInbox>(context.probe)),
      reader_(context, Health::Part::tails, *this),
      bell_link_(context, Health::Part::doorbell, *this),
      doorbell_(bell_link_, book_),
      random_(std::random_device{}()) {}

TailWorker::~TailWorker() {
  stop();
  inbox_->leave();
}

void TailWorker::start() {
  inbox_->loop().start({&reader_, &bell_link_},
                       [this](Clock::time_point now) { return turn(now); });
}

void TailWorker::stop() { inbox_->loop().stop(); }

std::unique_ptr<Tail> TailWorker::add(std::string log, Offset from, TailSink& sink) {
  return open_tail(inbox_, std::move(log), std::max(from, Offset{0}), sink);
}

Clock::time_point TailWorker::turn(Clock::time_point now) {
  take_inbox();
  if (reader_.is_up()) {
    look_at_due(now);
    read_ready();
    tend_doorbell(now);
  }
  if (!reader_.is_up()) return Clock::time_point::max();
  return std::min(book_.next_look(), doorbell_.next(now, reading_ > 0));
}

void TailWorker::take_inbox() {
  auto news = inbox_->take();
  for (auto& opened : news.opened) {
    const auto rank = anchors_.rank_of(opened.log, opened.from);
    auto& entry = book_.add(opened.id, std::move(opened.log), std::move(opened.slot),
                            {opened.from, rank, false});
    book_.make_ready(entry);
    // Spread, so that a thousand tails that were opened together are not looked at together.
    std::uniform_int_distribution<int> spread(0, static_cast<int>(look_after.count()));
    book_.look_later(entry, Clock::now() + std::chrono::milliseconds(spread(random_)));
  }
  for (const auto id : news.closed) {
    if (const auto* entry = book_.find(id); entry && entry->ill) {
      context_.health.stream_well(entry->log);
    }
    doorbell_.remove(id);
    book_.remove(id);
  }
}

void TailWorker::read_ready() {
  while (reading_ < most_reading) {
    auto* entry = book_.take_ready();
    if (!entry) return;
    entry->state = TailEntry::State::reading;
    entry->asked = entry->size.next() + 1;  // the one at the position comes again
    ++reading_;
    reader_.send(format_command({"XRANGE", entry->log, format_entry_id(entry->place.position), "+",
                                 "COUNT", std::to_string(entry->asked)}));
    reader_.send(format_command({"XINFO", "STREAM", entry->log}));
    asked_.push_back({Ask::entries, entry->id});
    asked_.push_back({Ask::info, entry->id});
  }
}

void TailWorker::look_at_due(Clock::time_point now) {
  const auto silence = std::max<Clock::duration>(look_after, look_after_per_tail * book_.size());
  while (auto* entry = book_.take_look(now)) {
    const bool due = entry->read_at + silence <= now;
    if (due) look_at(*entry);
    book_.look_later(*entry, due ? now + silence : entry->read_at + silence);
  }
}

void TailWorker::look_at(TailEntry& entry) {
  if (entry.state != TailEntry::State::idle || std::exchange(entry.looking, true)) return;
  reader_.send(format_command({"XINFO", "STREAM", entry.log}));
  asked_.push_back({Ask::look, entry.id});
}

void TailWorker::tend_doorbell(Clock::time_point now) {
  doorbell_.arm(now, reading_ > 0);
  if (!doorbell_.should_call_back(now)) return;
  doorbell_.called_back(now);
  if (!may_call_back_) {
    bell_link_.reopen();
    return;
  }
  const auto id = std::to_string(bell_link_.client_id());
  reader_.send(format_command({"CLIENT", "UNBLOCK", id}));
  asked_.push_back({Ask::call_back, 0});
}

void TailWorker::on_up(Link& link) {
  if (&link == &bell_link_) {
    doorbell_.stopped(Clock::now());
    return;
  }
  book_.each([&](TailEntry& entry) {
    if (entry.state == TailEntry::State::idle) book_.make_ready(entry);
  });
}

void TailWorker::on_down(Link& link) {
  if (&link == &bell_link_) {
    doorbell_.stopped(Clock::now());
    return;
  }
  asked_.clear();
  reading_ = 0;
  book_.each([&](TailEntry& entry) {
    entry.looking = false;
    if (entry.state == TailEntry::State::reading) book_.make_ready(entry);
  });
}

void TailWorker::on_reply(Link& link, Reply reply) {
  if (&link == &bell_link_) {
    on_ring(reply);
    return;
  }
  const auto asked = asked_.front();
  asked_.pop_front();
  auto* entry = book_.find(asked.tail);
  switch (asked.what) {
    case Ask::entries:
      on_entries(entry, std::move(reply));
      break;
    case Ask::info:
      on_info(entry, reply);
      break;
    case Ask::look:
      on_look(entry, *reply);
      break;
    case Ask::call_back:
      on_called_back(*reply);
      break;
  }
}

void TailWorker::on_ring(const Reply& reply) {
  doorbell_.stopped(Clock::now());
  if (is_error(*reply)) {
    on_doorbell_error(text_of(*reply));
    return;
  }
  for (const auto* stream : elements_of(*reply)) {
    const auto parts = elements_of(*stream);
    if (parts.empty()) continue;
    for (auto* entry : book_.of_log(std::string(text_of(*parts[0])))) {
      if (entry->state != TailEntry::State::idle) continue;
      entry->rung = true;
      entry->place.seen = true;
      book_.make_ready(*entry);
    }
  }
}

// The error names no key: it may be any that the doorbell waited for.
void TailWorker::on_doorbell_error(std::string_view error) {
  if (classify(error) != ErrorKind::refused) {
    bell_link_.fail(explain_error(error));
    return;
  }
  doorbell_.trouble(Clock::now());
  if (!reader_.is_up()) return;
  book_.each([&](TailEntry& entry) { look_at(entry); });
}

void TailWorker::on_called_back(const redisReply& reply) {
  if (!is_error(reply)) return;
  may_call_back_ = false;
  context_.health.log().info("redis",
                             "no permission for CLIENT UNBLOCK; opening a tail reconnects instead",
                             {{"error", text_of(reply)}});
}

void TailWorker::on_entries(TailEntry* entry, Reply reply) {
  if (entry) entry->entries = std::move(reply);
}

void TailWorker::on_info(TailEntry* entry, const Reply& reply) {
  --reading_;
  if (!entry) return;
  const auto entries = std::move(entry->entries);
  entry->read_at = Clock::now();
  if (is_trouble(*entry, *entries) || is_trouble(*entry, *reply)) return;
  judge_read(*entry, *entries, *reply);
}

void TailWorker::on_look(TailEntry* entry, const redisReply& reply) {
  if (!entry) return;
  entry->looking = false;
  if (entry->state != TailEntry::State::idle || is_trouble(*entry, reply)) return;
  const auto info = decode_info(reply);
  if (!info) {
    make_ill(*entry, "unexpected XINFO STREAM reply");
    return;
  }
  if (entry->ill || needs_reading(entry->place, *info)) book_.make_ready(*entry);
  // A costly answer keeps the next look away.
  entry->read_at = Clock::now() + std::chrono::milliseconds(info->bytes / look_bytes_per_ms);
}

// An error that is not just "no such key". May give the connection up.
bool TailWorker::is_trouble(TailEntry& entry, const redisReply& reply) {
  if (!is_error(reply) || decode_info(reply)) return false;
  const std::string error(text_of(reply));
  if (classify(error) == ErrorKind::refused) {
    make_ill(entry, error);
  } else {
    entry.state = TailEntry::State::idle;
    reader_.fail(explain_error(error));
  }
  return true;
}

void TailWorker::judge_read(TailEntry& entry, const redisReply& entries,
                            const redisReply& info_reply) {
  EntryBatch batch;
  const auto info = decode_info(info_reply);
  if (!info || !batch.decode(entries)) {
    make_ill(entry, "unexpected stream entries in the reply");
    return;
  }
  if (std::exchange(entry.ill, false)) context_.health.stream_well(entry.log);
  auto records = batch.records();
  entry.size.saw(records.size(), batch.bytes());
  Fetched fetched;
  fetched.complete = records.size() < entry.asked;
  fetched.at_position = !records.empty() && records.front().offset == entry.place.position;
  if (fetched.at_position) records = records.subspan(1);
  fetched.count = records.size();
  if (!records.empty()) {
    fetched.first = records.front().offset;
    fetched.last = records.back().offset;
  }
  const auto verdict = entry.tries < most_tries ? judge(entry.place, fetched, *info)
                                                : judge_blindly(entry.place, fetched, *info);
  obey(entry, verdict, records);
  const bool settled = verdict.kind == Verdict::Kind::go_on || verdict.kind == Verdict::Kind::lose;
  if (!settled || !fetched.complete) {
    book_.make_ready(entry);
    return;
  }
  const bool false_ring = entry.rung && fetched.count == 0 && verdict.kind == Verdict::Kind::go_on;
  if (false_ring) entry.deaf_until = Clock::now() + deaf_after_false_ring;
  make_idle(entry);
}

void TailWorker::obey(TailEntry& entry, const Verdict& verdict, std::span<const Record> records) {
  if (verdict.kind == Verdict::Kind::again) {
    ++entry.tries;
    return;
  }
  entry.tries = 0;
  const auto before = entry.place.position;
  entry.place = verdict.next;
  const std::lock_guard lock(entry.slot->mutex);
  auto* sink = entry.slot->sink;
  if (!sink) return;
  if (verdict.kind == Verdict::Kind::reset) {
    context_.health.log().warn("redis", "stream was deleted or truncated",
                               {{"stream", entry.log}, {"reason", verdict.reason}});
    sink->reset(verdict.reason, {verdict.next.position});
    return;
  }
  if (verdict.kind == Verdict::Kind::lose) {
    sink->lose({0, before, verdict.resumed, verdict.lost, verdict.exact});
  }
  if (records.empty()) return;
  context_.probe.records_read.fetch_add(records.size());
  sink->deliver(records);
}

void TailWorker::make_idle(TailEntry& entry) {
  entry.state = TailEntry::State::idle;
  entry.rung = false;
  doorbell_.add(entry);
}

void TailWorker::make_ill(TailEntry& entry, const std::string& what) {
  if (!std::exchange(entry.ill, true)) context_.probe.errors.fetch_add(1);
  context_.health.stream_ill(entry.log, what);
  make_idle(entry);
}

}  // namespace sidestream::redis
