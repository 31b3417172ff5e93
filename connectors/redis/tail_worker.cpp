#include "connectors/redis/tail_worker.hpp"

#include <algorithm>
#include <utility>

#include "connectors/redis/error_reply.hpp"
#include "connectors/redis/greeting.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream::redis {
namespace {

// The first check of a tail comes at a random time, so that tails opened together are not checked
// together.
constexpr std::chrono::milliseconds first_check_max{2000};

}  // namespace

TailWorker::TailWorker(const LinkContext& context, const RankCache& ranks)
    : context_(context),
      ranks_(ranks),
      requests_(std::make_shared<TailRequests>(context.probe)),
      reader_link_(context, Health::Part::tails, *this),
      doorbell_link_(context, Health::Part::doorbell, *this),
      doorbell_(doorbell_link_, tails_),
      reader_(context, reader_link_, tails_, doorbell_) {}

TailWorker::~TailWorker() {
  stop();
  requests_->detach();
}

void TailWorker::start() {
  requests_->loop().start({&reader_link_, &doorbell_link_},
                          [this](Clock::time_point now) { return on_round(now); });
}

void TailWorker::stop() { requests_->loop().stop(); }

std::unique_ptr<Tail> TailWorker::add(std::string log, Offset from, TailSink& sink) {
  return open_tail(requests_, std::move(log), std::max(from, Offset{0}), sink);
}

Clock::time_point TailWorker::on_round(Clock::time_point now) {
  take_requests();
  if (reader_link_.is_up()) {
    reader_.check_due(now);
    reader_.read_ready();
    serve_doorbell(now);
  }
  if (!reader_link_.is_up()) return Clock::time_point::max();
  return std::min(tails_.next_check(), doorbell_.next(now, reader_.is_reading()));
}

void TailWorker::take_requests() {
  auto requests = requests_->take();
  for (auto& opened : requests.opened) {
    const auto rank = ranks_.rank_of(opened.log, opened.from);
    auto& entry = tails_.add(opened.id, std::move(opened.log), std::move(opened.slot),
                             {opened.from, rank, false});
    tails_.make_ready(entry);
    const std::chrono::milliseconds delay(random_between(0, first_check_max.count()));
    tails_.schedule_check(entry, Clock::now() + delay);
  }
  for (const auto id : requests.closed) {
    if (const auto* entry = tails_.find(id); entry && entry->unreadable) {
      context_.health.stream_readable(entry->log);
    }
    doorbell_.remove(id);
    tails_.remove(id);
  }
}

void TailWorker::serve_doorbell(Clock::time_point now) {
  doorbell_.arm(now, reader_.is_reading());
  if (!doorbell_.should_unblock(now)) return;
  doorbell_.unblock_sent(now);
  if (reader_.can_unblock()) {
    reader_.unblock(doorbell_link_.client_id());
  } else {
    doorbell_link_.reconnect();
  }
}

void TailWorker::on_up(Link& link) {
  if (&link == &doorbell_link_) {
    doorbell_.disarmed(Clock::now());
  } else {
    reader_.on_up();
  }
}

void TailWorker::on_down(Link& link) {
  if (&link == &doorbell_link_) {
    doorbell_.disarmed(Clock::now());
  } else {
    reader_.on_down();
  }
}

void TailWorker::on_reply(Link& link, Reply reply) {
  if (&link == &doorbell_link_) {
    on_ring(*reply);
  } else {
    reader_.on_reply(std::move(reply));
  }
}

// [[stream, entries], ...]; nil after the block time or CLIENT UNBLOCK. The entries are ignored:
// the reader fetches them together with XINFO.
void TailWorker::on_ring(const redisReply& reply) {
  doorbell_.disarmed(Clock::now());
  if (is_error(reply)) {
    on_doorbell_error(text_of(reply));
    return;
  }
  for (const auto* stream : elements_of(reply)) {
    const auto parts = elements_of(*stream);
    if (parts.empty()) continue;
    for (auto* entry : tails_.of_log(std::string(text_of(*parts[0])))) {
      if (entry->state != TailEntry::State::idle) continue;
      entry->rung = true;
      entry->progress.existed = true;
      tails_.make_ready(*entry);
    }
  }
}

// The error names no key, so a check of all tails finds the one that can't be read.
void TailWorker::on_doorbell_error(std::string_view error) {
  if (classify(error) != ErrorKind::refused) {
    doorbell_link_.fail(explain_error(error));
    return;
  }
  doorbell_.delay(Clock::now());
  if (reader_link_.is_up()) reader_.check_all();
}

}  // namespace sidestream::redis
