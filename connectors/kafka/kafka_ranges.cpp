#include "connectors/kafka/kafka_ranges.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "connectors/backoff.hpp"
#include "connectors/kafka/message_batch.hpp"
#include "connectors/kafka/range_progress.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream::kafka {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_clients = 3;
constexpr std::size_t max_readers = 16;
// How long a request may block its thread before it gives it back.
constexpr milliseconds slice{250};
// A reader used more recently is left where it is: another place gets another client.
constexpr milliseconds warm{500};
constexpr milliseconds keep{3000};
constexpr milliseconds short_recheck{200};
// Attempts to read a range with unreadable records or without the right to read it.
constexpr int max_failures = 5;

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
  int failures = 0;               // errors except refused offsets
  int short_answers = 0;          // how often the log ended before the range
  Backoff backoff{milliseconds(20), milliseconds(1000)};
};

KafkaRanges::KafkaRanges(KafkaLog log, ConnectorProbe& probe, Workers& workers,
                         const Queries& queries, TopicTable& topics, MakeClient make_client)
    : log_(std::move(log)),
      probe_(probe),
      workers_(workers),
      queries_(queries),
      topics_(topics),
      make_client_(std::move(make_client)) {}

KafkaRanges::~KafkaRanges() { stop(); }

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
    request->reader = acquire(*request);
    if (request->reader == nullptr) return submit(request, request->backoff.next(rng()));
    request->reader->seek(request->progress.place() + 1, request->uncached);
  }
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
  ++request.failures;
  probe_.errors.fetch_add(1, std::memory_order_relaxed);
  log_.logger.warn("kafka", "range read failed",
                   {{"connector", log_.connector},
                    {"topic", request.range.log},
                    {"partition", request.range.partition},
                    {"error", rd_kafka_message_errstr(&message)}});
}

// No message arrived. Finds out whether the broker is down or has no such records.
void KafkaRanges::check_broker(const std::shared_ptr<Request>& request) {
  const auto topic = topics_.find(request->range.log);
  const auto leaders = queries_.leaders(*topic);
  const auto p = static_cast<std::size_t>(request->range.partition);
  const auto wait = request->backoff.next(rng());
  if (request->failures >= max_failures) return fail(*request, Errc::refused);
  if ((!leaders && leaders.error().missing()) || (leaders && p >= leaders->size())) {
    return end_short(request);
  }
  const auto marks = leaders && (*leaders)[p] >= 0
                         ? queries_.watermarks(request->range.log, request->range.partition)
                         : std::nullopt;
  if (marks) {
    const auto next = request->progress.place() + 1;
    if (marks->low > next) return fail(*request, Errc::gone);
    if (marks->high <= request->range.until.number()) {
      return end_short(request);
    }
    if (std::exchange(request->out_of_range, false)) request->reader->seek(next, true);
  }
  submit(request, wait);
}

// The log ends before the range. Checked twice: right after a topic is created or changes its
// leader, that may be true for a moment only.
void KafkaRanges::end_short(const std::shared_ptr<Request>& request) {
  if (++request->short_answers > 1) return fail(*request, Errc::gone);
  submit(request, short_recheck);
}

void KafkaRanges::finish(Request& request) {
  release(std::exchange(request.reader, nullptr));
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
  release(std::exchange(request.reader, nullptr));
  request.done(make_error_code(error));
}

// ---- readers ----

RangeReader* KafkaRanges::acquire(const Request& request) {
  const std::lock_guard lock(mutex_);
  auto* reader = place_reader(request);
  if (reader != nullptr) reader->busy = true;
  if (!std::exchange(sweeping_, true)) {
    workers_.submit([this] { sweep(); }, milliseconds(1000));
  }
  return reader;
}

// In this order: the reader that is at the requested place; a new one on a client that does not
// read the partition; one that has been idle for a while; none.
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
  if (idle != nullptr && (now - idle->last_used > warm || used.size() == max_clients)) return idle;
  auto client = free_client(used);
  if (client == nullptr) return idle;
  if (!make_room()) return nullptr;
  return &readers_.emplace_back(std::move(client), request.range.log, request.range.partition);
}

// A client that is not in `used`; null if there is none and no more may be created.
std::shared_ptr<const KafkaClient> KafkaRanges::free_client(
    const std::vector<const KafkaClient*>& used) {
  std::shared_ptr<const KafkaClient> free;
  for (const auto& client : clients_) {
    if (std::find(used.begin(), used.end(), client.get()) == used.end()) free = client;
  }
  if (free == nullptr && clients_.size() < max_clients) {
    if (auto client = make_client_()) free = clients_.emplace_back(std::move(client));
  }
  return free;
}

// Removes the least recently used reader if there are too many. False: all are busy.
bool KafkaRanges::make_room() {
  if (readers_.size() < max_readers) return true;
  auto oldest = readers_.end();
  for (auto it = readers_.begin(); it != readers_.end(); ++it) {
    if (!it->busy && (oldest == readers_.end() || it->last_used < oldest->last_used)) oldest = it;
  }
  if (oldest == readers_.end()) return false;
  readers_.erase(oldest);
  return true;
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

// Removes unused readers; after the last one, also all clients but the first.
void KafkaRanges::sweep() {
  if (workers_.stopping()) return;
  std::vector<std::shared_ptr<const KafkaClient>> surplus;  // destroyed without the mutex
  const std::lock_guard lock(mutex_);
  const auto now = RangeReader::Clock::now();
  readers_.remove_if(
      [&](const RangeReader& reader) { return !reader.busy && now - reader.last_used > keep; });
  sweeping_ = !readers_.empty();
  if (sweeping_) {
    workers_.submit([this] { sweep(); }, milliseconds(1000));
  } else {
    for (; clients_.size() > 1; clients_.pop_back()) surplus.push_back(std::move(clients_.back()));
  }
}

void KafkaRanges::stop() {
  const std::lock_guard lock(mutex_);
  readers_.clear();
  clients_.clear();
}

void KafkaRanges::poll() {
  const std::lock_guard lock(mutex_);
  for (const auto& client : clients_) client->poll(0);
}

}  // namespace sidestream::kafka
