#include "connectors/kafka/kafka_ranges.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "connectors/backoff.hpp"
#include "connectors/kafka/hole_search.hpp"
#include "connectors/kafka/message_batch.hpp"
#include "connectors/kafka/range_progress.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream::kafka {
namespace {

using std::chrono::milliseconds;

// How long a request may block its thread before it gives it back.
constexpr milliseconds slice{250};
constexpr milliseconds short_recheck{200};
// How long a request keeps its place while the broker answers but sends no records. Then the reader
// asks again, and other requests get their turn.
constexpr milliseconds refusal_limit{2000};
// The same without a known reason. Longer than it takes to notice a frozen broker.
constexpr milliseconds silence_limit{15'000};
// A corrupt batch may have been damaged on the way: it is read again before it is skipped.
constexpr int max_damaged = 2;
// librdkafka may continue in the middle of a corrupt batch, with errors that say nothing.
constexpr int max_odd = 10;
constexpr std::size_t max_refused = 1000;

// Whether an error found at offset `at` is about a batch that begins later than after `place`.
bool names_another_batch(std::string_view error, std::int64_t place, std::int64_t at) {
  constexpr std::string_view words = "MessageSet at offset ";
  if (!error.starts_with(words)) return false;
  std::int64_t base = -1;
  std::from_chars(error.data() + words.size(), error.data() + error.size(), base);
  return base > place + 1 && base <= at;
}

}  // namespace

struct KafkaRanges::Request {
  Request(Range r, Deliver to, Done at_end, bool without_cache)
      : range(std::move(r)),
        deliver(std::move(to)),
        done(std::move(at_end)),
        uncached(without_cache),
        progress(range) {}

  const Range range;
  const Deliver deliver;
  const Done done;
  bool uncached;
  RangeProgress progress;
  std::vector<MessageHandle> taken;
  RangeReader* reader = nullptr;  // held while it is open
  bool out_of_range = false;      // the broker refused the offset, or the read failed
  int damaged = 0;                // reads that ended at a corrupt batch
  std::optional<HoleSearch> hole{};
  int odd_errors = 0;   // at the offset that the search tries
  std::string error{};  // the latest, except refused offsets
  std::optional<RangeReader::Clock::time_point> stuck_since{};
  int short_answers = 0;  // how often the log ended before the range
  Backoff backoff{milliseconds(20), milliseconds(1000)};
};

KafkaRanges::KafkaRanges(const RefusalReport& report, ConnectorProbe& probe, Workers& workers,
                         const Queries& queries, TopicTable& topics,
                         RangeReaders::MakeClient make_client)
    : report_(report),
      probe_(probe),
      workers_(workers),
      queries_(queries),
      topics_(topics),
      readers_(workers, std::move(make_client)) {}

KafkaRanges::~KafkaRanges() = default;

void KafkaRanges::read(Range range, Deliver deliver, Done done) {
  submit(std::make_shared<Request>(std::move(range), std::move(deliver), std::move(done), false),
         milliseconds(0));
}

void KafkaRanges::read_uncached(Range range, Deliver deliver, Done done) {
  submit(std::make_shared<Request>(std::move(range), std::move(deliver), std::move(done), true),
         milliseconds(0));
}

void KafkaRanges::submit(std::shared_ptr<Request> request, milliseconds delay) {
  workers_.submit([this, request = std::move(request)] { run(request); }, delay);
}

// ---- one request ----

void KafkaRanges::run(const std::shared_ptr<Request>& request) {
  if (workers_.stopping()) return fail(*request, Errc::stopped);
  if (request->progress.complete()) return finish(*request);
  if (request->reader == nullptr) {
    request->reader = readers_.acquire(request->range.log, request->range.partition,
                                       request->progress.place() + 1);
    if (request->reader == nullptr) return submit(request, request->backoff.next(rng()));
    request->reader->seek(request->progress.place() + 1, request->uncached);
  }
  if (request->hole) return search_hole(request);
  if (read_slice(*request)) return finish(*request);
  // Part of the range now is better than all of it later.
  if (!request->taken.empty()) return finish(*request);
  check_broker(request);
}

// True: the request is complete. False: no message within the slice, an error, or an early end.
bool KafkaRanges::read_slice(Request& request) {
  using Take = RangeProgress::Take;
  for (;;) {
    auto message = request.reader->next(request.short_answers == 0 ? slice : milliseconds(0));
    if (!message) return false;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (request.progress.end_of_partition(message->offset)) return true;
      return false;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      note_failure(request, *message);
      return false;
    }
    const auto before = request.progress.place();
    const auto take = request.progress.record(message->offset, message->len + message->key_len);
    if (take == Take::skip) continue;
    if (request.progress.place() != before + 1) topics_.find(request.range.log)->note_holes();
    if (take == Take::beyond) {
      request.reader->put_back(std::move(message));
      return true;
    }
    request.taken.push_back(std::move(message));
    if (take == Take::last) return true;
  }
}

void KafkaRanges::note_failure(Request& request, const rd_kafka_message_t& message) {
  request.out_of_range = true;
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) return;
  request.error = rd_kafka_message_errstr(&message);
  probe_.errors.fetch_add(1, std::memory_order_relaxed);
  const auto first = request.progress.place() + 1;
  if (!means_unreadable(message.err) || !request.taken.empty()) return;
  if (message.err == RD_KAFKA_RESP_ERR__BAD_MSG) ++request.damaged;
  if (message.err != RD_KAFKA_RESP_ERR__BAD_MSG && ++request.odd_errors == max_odd)
    request.damaged = max_damaged;
  if (request.damaged == max_damaged) request.hole.emplace(first, request.range.until.number() + 2);
}

// ---- a corrupt batch ----

// Tries one offset.
void KafkaRanges::search_hole(const std::shared_ptr<Request>& request) {
  auto& hole = *request->hole;
  if (hole.done()) return skip_hole(request);
  request->reader->seek(hole.next(), true);
  const auto message = request->reader->next(refusal_limit);
  if (!message) return check_broker(request);
  // An error of another place may be followed by the end of the partition: only its offset counts.
  const bool received = message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
                        message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
  if ((received && message->offset == hole.next()) ||
      message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    hole.outside();
  } else if (!received && !means_unreadable(message->err)) {
    return check_broker(request);
  } else if (request->error == rd_kafka_message_errstr(message.get())) {
    hole.inside();  // the text names the batch
  } else if (names_another_batch(rd_kafka_message_errstr(message.get()), request->progress.place(),
                                 hole.next()) ||
             ++request->odd_errors == max_odd) {
    hole.outside();
  } else {
    return submit(request, milliseconds(0));
  }
  request->odd_errors = 0;
  submit(request, milliseconds(0));
}

void KafkaRanges::skip_hole(const std::shared_ptr<Request>& request) {
  const auto place = request->progress.place();
  const auto resumed = std::min(request->hole->first_readable(), request->range.until.number() + 1);
  note_refused(request->range, request->error);
  if (request->range.on_loss) {
    request->range.on_loss({request->range.partition, Offset::of(place), Offset::of(resumed),
                            resumed - place - 1, false});
  }
  request->progress.skip_to(resumed);
  finish(*request);
}

// ---- no message ----

// No message arrived. Finds out whether the broker is down or has no such records.
void KafkaRanges::check_broker(const std::shared_ptr<Request>& request) {
  const auto topic = topics_.find(request->range.log);
  const auto leaders = queries_.leaders(*topic);
  const auto p = static_cast<std::size_t>(request->range.partition);
  if ((!leaders && leaders.error().missing()) || (leaders && p >= leaders->size())) {
    return end_short(request);
  }
  if (!leaders && leaders.error().unanswered())
    return submit(request, request->backoff.next(rng()));  // the monitor finds out
  if (!leaders) return refuse_if_overdue(request, reason_of(leaders.error().code));
  const auto marks = (*leaders)[p] >= 0
                         ? queries_.watermarks(request->range.log, request->range.partition)
                         : std::nullopt;
  if (!marks) return refuse_if_overdue(request, topic->trouble());
  const auto next = request->progress.place() + 1;
  if (marks->low > next) return fail(*request, Errc::gone);
  if (marks->high <= request->range.until.number()) return end_short(request);
  if (std::exchange(request->out_of_range, false)) request->reader->seek(next, true);
  refuse_if_overdue(request, request->error);
}

// Tries again, or gives up with Errc::refused while the broker as a whole can be reached.
void KafkaRanges::refuse_if_overdue(const std::shared_ptr<Request>& request, std::string reason) {
  const auto now = RangeReader::Clock::now();
  if (!queries_.open()) request->stuck_since.reset();
  if (queries_.open() && !request->stuck_since) request->stuck_since = now;
  const auto limit = reason.empty() ? silence_limit : refusal_limit;
  if (!request->stuck_since || now - *request->stuck_since < limit)
    return submit(request, request->backoff.next(rng()));
  if (reason.empty()) reason = "the broker sends no records";
  note_refused(request->range, reason);
  fail(*request, Errc::refused);
}

// The log ends before the range. Checked twice: right after a topic is created or changes its
// leader, that may be true for a moment only.
void KafkaRanges::end_short(const std::shared_ptr<Request>& request) {
  if (++request->short_answers > 1) return fail(*request, Errc::gone);
  submit(request, short_recheck);
}

// The topic is served again when none of its partitions is refused.
void KafkaRanges::note_refused(const Range& range, const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (refused_.size() >= max_refused) refused_.clear();
    refused_.emplace(range.log, range.partition);
  }
  report_.refused(Activity::replay, range.log, reason);
}

void KafkaRanges::note_served(const Range& range) {
  {
    const std::lock_guard lock(mutex_);
    if (refused_.empty() || refused_.erase({range.log, range.partition}) == 0) return;
    const auto other = refused_.lower_bound({range.log, 0});
    if (other != refused_.end() && other->first == range.log) return;
  }
  report_.served(Activity::replay, range.log);
}

void KafkaRanges::finish(Request& request) {
  readers_.release(std::exchange(request.reader, nullptr));
  note_served(request.range);
  probe_.ranges_read.fetch_add(1, std::memory_order_relaxed);
  probe_.records_read.fetch_add(request.taken.size(), std::memory_order_relaxed);
  if (!request.taken.empty()) {
    MessageBatch batch;
    for (const auto& message : request.taken) batch.add(*message);
    request.deliver(batch.records());
  }
  request.done(Offset::of(request.progress.place()));
}

void KafkaRanges::fail(Request& request, Errc error) {
  readers_.release(std::exchange(request.reader, nullptr));
  request.done(make_error_code(error));
}

}  // namespace sidestream::kafka
