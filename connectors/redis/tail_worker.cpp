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
constexpr std::chrono::milliseconds delay_after_error{200};
constexpr std::chrono::milliseconds delay_without_xread{1000};
constexpr std::size_t tail_bytes_max = 256 * 1024;  // of one read
constexpr std::size_t tail_entries_max = 512;
// For the policy's texts, where a refusal concerns no single stream.
const std::string all_streams = "all streams";

}  // namespace

TailWorker::TailWorker(const LinkContext& context, const JobContext& shared)
    : context_(context),
      shared_(shared),
      requests_(std::make_shared<TailRequests>(context.probe)),
      reader_link_(context, Health::Part::tails, *this),
      doorbell_(context, *this, tails_),
      reader_(context, shared, reader_link_, tails_, doorbell_) {}

TailWorker::~TailWorker() {
  stop();
  requests_->detach();
}

void TailWorker::start() {
  requests_->loop().start({&reader_link_, &doorbell_.bells().front()->link()},
                          [this](Clock::time_point now) { return on_round(now); });
}

void TailWorker::stop() { requests_->loop().stop(); }

std::unique_ptr<Tail> TailWorker::add(std::string log, Offset from, TailSink& sink) {
  return open_tail(requests_, std::move(log), std::max(from, Offset{0}), sink);
}

Clock::time_point TailWorker::on_round(Clock::time_point now) {
  take_requests();
  while (auto* link = doorbell_.grow()) requests_->loop().add(*link);
  if (reader_link_.is_up()) {
    reader_.check_due(now);
    reader_.read_ready();
    serve_doorbell(now);
    reader_.poll(now);
  }
  if (!reader_link_.is_up()) return Clock::time_point::max();
  return std::min(
      {tails_.next_check(), doorbell_.next(now, reader_.is_reading()), doorbell_.next_poll()});
}

void TailWorker::take_requests() {
  auto requests = requests_->take();
  for (auto& opened : requests.opened) open(std::move(opened));
  for (const auto id : requests.closed) {
    auto* entry = tails_.find(id);
    if (!entry) continue;
    reader_.close(*entry);
    doorbell_.remove(*entry);
    tails_.remove(id);
  }
  // Nobody waits for XREAD any more.
  if (tails_.size() == 0 && std::exchange(doorbell_denied_, false)) {
    context_.probe.refusals.served(Activity::live, all_streams);
  }
}

// A tail that begins where extent() has just seen the end has nothing to read: the doorbell reports
// what was added since, and a check reports the rest.
void TailWorker::open(TailRequests::Opened opened) {
  const auto known = shared_.ranks.at(opened.log, opened.from);
  const auto size = shared_.sizes.of(opened.log);
  Progress progress{opened.from, std::nullopt, false, Offset{0}};
  if (known) progress = {opened.from, known->rank, known->rank > 0, known->first};
  auto& entry = tails_.add(opened.id, std::move(opened.log), std::move(opened.slot), progress);
  entry.batch_size = BatchSize(tail_bytes_max, tail_entries_max, size);
  entry.active_at = Clock::now();
  if (known) {
    doorbell_.add(entry);
  } else {
    tails_.make_ready(entry);
  }
  const std::chrono::milliseconds delay(random_between(0, first_check_max.count()));
  tails_.schedule_check(entry, Clock::now() + delay);
}

void TailWorker::serve_doorbell(Clock::time_point now) {
  doorbell_.arm(now, reader_.is_reading());
  auto* bell = doorbell_.to_unblock(now);
  if (!bell) return;
  bell->unblock_sent(now);
  if (reader_.can_unblock()) {
    reader_.unblock(bell->link().client_id());
  } else {
    bell->link().reconnect();
  }
}

void TailWorker::on_up(Link& link) {
  if (auto* bell = doorbell_.bell_of(link)) {
    doorbell_.up(*bell, Clock::now());
  } else {
    reader_.on_up();
  }
}

void TailWorker::on_down(Link& link) {
  if (auto* bell = doorbell_.bell_of(link)) {
    doorbell_.down(*bell, Clock::now());
  } else {
    reader_.on_down();
  }
}

void TailWorker::on_reply(Link& link, Reply reply) {
  if (auto* bell = doorbell_.bell_of(link)) {
    on_ring(*bell, *reply);
  } else {
    reader_.on_reply(std::move(reply));
  }
}

void TailWorker::on_ring(Bell& bell, const redisReply& reply) {
  bell.disarmed(Clock::now());
  if (is_error(reply)) return on_doorbell_error(bell, text_of(reply));
  if (std::exchange(doorbell_denied_, false)) {
    context_.health.served(Activity::live, all_streams);
  }
  reader_.ring(reply);
}

// The error names no key, so a check of the tails finds the one that can't be read. Without
// permission for XREAD the checks find new entries too.
void TailWorker::on_doorbell_error(Bell& bell, std::string_view error) {
  if (classify(error) != ErrorKind::refused) {
    bell.link().fail(explain_error(error));
    return;
  }
  doorbell_denied_ |= error.find("'xread'") != error.npos;
  if (doorbell_denied_) context_.health.refused(Activity::live, all_streams, std::string(error));
  doorbell_.delay(Clock::now(), doorbell_denied_ ? delay_without_xread : delay_after_error);
  if (!reader_link_.is_up()) return;
  doorbell_denied_ ? reader_.check_all() : reader_.check(bell.covered());
}

}  // namespace sidestream::redis
