#include "connectors/kafka/kafka_ranges.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "connectors/backoff.hpp"
#include "connectors/kafka/range_progress.hpp"
#include "connectors/kafka/record_batch.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream::kafka {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_lanes = 3;
constexpr std::size_t most_readers = 16;
// How long one look at the broker may hold a thread.
constexpr milliseconds slice{250};
// A reader that was used so recently is somebody's: another place gets another lane.
constexpr milliseconds warm{500};
constexpr milliseconds keep{3000};
constexpr milliseconds short_recheck{200};
// Unreadable records or missing rights: how often a range is tried.
constexpr int most_failures = 5;

}  // namespace

struct KafkaRanges::Request {
  Request(Range r, Deliver to, Done at_end, bool fresh)
      : range(std::move(r)),
        deliver(std::move(to)),
        done(std::move(at_end)),
        anew(fresh),
        progress(range) {}

  const Range range;
  const Deliver deliver;
  const Done done;
  bool anew;
  RangeProgress progress;
  std::vector<MessageHandle> taken;
  RangeReader* reader = nullptr;  // held while it is open
  bool misplaced = false;         // the broker refused the record the offset
  int failures = 0;               // errors other than that
  int short_answers = 0;          // how often the log was seen to end before the range
  Backoff backoff{milliseconds(20), milliseconds(1000)};
};

KafkaRanges::KafkaRanges(Context& context, MakeLane make_lane)
    : context_(context), make_lane_(std::move(make_lane)) {}

KafkaRanges::~KafkaRanges() { stop(); }

void KafkaRanges::read(Range range, Deliver deliver, Done done) {
  submit(std::make_shared<Request>(std::move(range), std::move(deliver), std::move(done), false),
         milliseconds(0));
}

void KafkaRanges::read_anew(Range range, Deliver deliver, Done done) {
  submit(std::make_shared<Request>(std::move(range), std::move(deliver), std::move(done), true),
         milliseconds(0));
}

void KafkaRanges::submit(std::shared_ptr<Request> request, milliseconds delay) {
  context_.workers.submit([this, request = std::move(request)] { run(request); }, delay);
}

// ---- one request ----

void KafkaRanges::run(const std::shared_ptr<Request>& request) {
  if (context_.workers.stopping()) return fail(*request, Errc::stopped);
  if (request->progress.complete()) return finish(*request);
  if (request->reader == nullptr) {
    request->reader = acquire(*request);
    if (request->reader == nullptr) return submit(request, request->backoff.next(rng()));
    request->reader->seek(request->progress.place() + 1, request->anew);
  }
  if (read_slice(*request)) return finish(*request);
  // What is there is better now than all of it later.
  if (!request->taken.empty()) return finish(*request);
  look_at_broker(request);
}

// Whether the request is complete. Otherwise nothing came for a while, or something odd.
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
    if (request.progress.place() != before + 1)
      context_.topics.find(request.range.log)->note_holes();
    if (take == Take::beyond) {
      request.reader->put_back(std::move(message));
      return true;
    }
    request.taken.push_back(std::move(message));
    if (take == Take::last) return true;
  }
}

void KafkaRanges::note_failure(Request& request, const rd_kafka_message_t& message) {
  request.misplaced = true;
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) return;
  ++request.failures;
  context_.probe.errors.fetch_add(1, std::memory_order_relaxed);
  context_.log.warn("kafka", "range read failed",
                    {{"connector", context_.name},
                     {"topic", request.range.log},
                     {"partition", request.range.partition},
                     {"error", rd_kafka_message_errstr(&message)}});
}

// Nothing came: because the broker is away, or because there is nothing to come?
void KafkaRanges::look_at_broker(const std::shared_ptr<Request>& request) {
  const auto topic = context_.topics.find(request->range.log);
  const auto leaders = context_.queries->leaders(*topic);
  const auto p = static_cast<std::size_t>(request->range.partition);
  const auto wait = request->backoff.next(rng());
  if (request->failures >= most_failures) return fail(*request, Errc::refused);
  if ((!leaders && leaders.error().missing()) || (leaders && p >= leaders->size())) {
    return end_short(request);
  }
  const auto marks =
      leaders && (*leaders)[p] >= 0
          ? context_.queries->watermarks(request->range.log, request->range.partition)
          : std::nullopt;
  if (marks) {
    const auto next = request->progress.place() + 1;
    if (marks->low > next) return fail(*request, Errc::gone);
    if (marks->high <= request->range.until.number()) {
      return end_short(request);
    }
    if (std::exchange(request->misplaced, false)) request->reader->seek(next, true);
  }
  submit(request, wait);
}

// The log ends before the range. Right after a topic was made, or has changed its leader, that may
// be so for a moment only.
void KafkaRanges::end_short(const std::shared_ptr<Request>& request) {
  if (++request->short_answers > 1) return fail(*request, Errc::gone);
  submit(request, short_recheck);
}

void KafkaRanges::finish(Request& request) {
  release(std::exchange(request.reader, nullptr));
  context_.probe.ranges_read.fetch_add(1, std::memory_order_relaxed);
  context_.probe.records_read.fetch_add(request.taken.size(), std::memory_order_relaxed);
  if (!request.taken.empty()) {
    RecordBatch batch;
    for (const auto& message : request.taken) batch.add(*message);
    request.deliver(batch.records());
  }
  request.done(Offset::of(request.progress.place()));
}

void KafkaRanges::fail(Request& request, Errc error) {
  release(std::exchange(request.reader, nullptr));
  request.done(make_error_code(error));
}

// ---- readers ----

RangeReader* KafkaRanges::acquire(const Request& request) {
  const std::lock_guard lock(mutex_);
  auto* reader = place_reader(request);
  if (reader != nullptr) reader->busy = true;
  if (!std::exchange(sweeping_, true)) {
    context_.workers.submit([this] { sweep(); }, milliseconds(1000));
  }
  return reader;
}

// The reader that goes on there; else a free lane; else one that nobody has used for a moment; else
// none.
RangeReader* KafkaRanges::place_reader(const Request& request) {
  const auto now = RangeReader::Clock::now();
  const auto next = request.progress.place() + 1;
  RangeReader* idle = nullptr;
  std::vector<const KafkaClient*> used;
  for (auto& reader : readers_) {
    if (reader.topic() != request.range.log || reader.partition() != request.range.partition)
      continue;
    used.push_back(reader.client());
    if (reader.busy) continue;
    if (reader.position() == next) return &reader;
    if (idle == nullptr || reader.last_used < idle->last_used) idle = &reader;
  }
  if (idle != nullptr && (now - idle->last_used > warm || used.size() == most_lanes)) return idle;
  std::shared_ptr<const KafkaClient> lane;
  for (const auto& client : lanes_) {
    if (std::find(used.begin(), used.end(), client.get()) == used.end()) lane = client;
  }
  if (lane == nullptr && lanes_.size() < most_lanes) {
    if (auto client = make_lane_()) lane = lanes_.emplace_back(std::move(client));
  }
  if (lane == nullptr) return idle;
  if (readers_.size() >= most_readers) {
    auto oldest = readers_.end();
    for (auto it = readers_.begin(); it != readers_.end(); ++it) {
      if (!it->busy && (oldest == readers_.end() || it->last_used < oldest->last_used)) oldest = it;
    }
    if (oldest == readers_.end()) return nullptr;
    readers_.erase(oldest);
  }
  return &readers_.emplace_back(std::move(lane), request.range.log, request.range.partition);
}

void KafkaRanges::release(RangeReader* reader) {
  if (reader == nullptr) return;
  const std::lock_guard lock(mutex_);
  reader->busy = false;
  reader->last_used = RangeReader::Clock::now();
}

void KafkaRanges::forget(const std::string& log) {
  const std::lock_guard lock(mutex_);
  readers_.remove_if(
      [&](const RangeReader& reader) { return !reader.busy && reader.topic() == log; });
}

// Lets go of readers that nobody has come back to, and of all lanes but the first with them.
void KafkaRanges::sweep() {
  if (context_.workers.stopping()) return;
  std::vector<std::shared_ptr<const KafkaClient>> lanes;  // end after the mutex is free
  const std::lock_guard lock(mutex_);
  const auto now = RangeReader::Clock::now();
  readers_.remove_if(
      [&](const RangeReader& reader) { return !reader.busy && now - reader.last_used > keep; });
  sweeping_ = !readers_.empty();
  if (sweeping_) {
    context_.workers.submit([this] { sweep(); }, milliseconds(1000));
  } else {
    for (; lanes_.size() > 1; lanes_.pop_back()) lanes.push_back(std::move(lanes_.back()));
  }
}

void KafkaRanges::stop() {
  const std::lock_guard lock(mutex_);
  readers_.clear();
  lanes_.clear();
}

void KafkaRanges::poll() {
  const std::lock_guard lock(mutex_);
  for (const auto& lane : lanes_) lane->poll(0);
}

}  // namespace sidestream::kafka
