// The questions that a tail asks of the broker, on worker threads. See kafka_tail.hpp.

#include <utility>

#include "connectors/kafka/kafka_ranges.hpp"
#include "connectors/kafka/kafka_tail.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream::kafka {
namespace {

// How often a partition without leader is asked where its new life begins before 0 is assumed.
constexpr int new_life_attempts = 5;

// So that the tail's own handle knows what the broker says now, before it reads on.
void refresh_metadata(const KafkaClient& client, const std::string& topic) {
  const auto handle = client.topic(topic);
  const rd_kafka_metadata_t* answer = nullptr;
  if (rd_kafka_metadata(client.get(), 0, handle.get(), &answer, Queries::timeout_ms) ==
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_metadata_destroy(answer);
  }
}

}  // namespace

void KafkaTail::again(std::shared_ptr<Examination> job, std::chrono::milliseconds delay) {
  context_.workers.submit(
      [self = shared_from_this(), job = std::move(job)] { self->run_examination(job); }, delay);
}

void KafkaTail::again(std::shared_ptr<NewLife> job, std::chrono::milliseconds delay) {
  context_.workers.submit(
      [self = shared_from_this(), job = std::move(job)] { self->run_new_life(job); }, delay);
}

void KafkaTail::post(Outcome outcome) {
  const std::lock_guard lock(mutex_);
  outcomes_.push_back(std::move(outcome));
  if (queue_) rd_kafka_queue_yield(queue_.get());
}

void KafkaTail::run_examination(std::shared_ptr<Examination> job) {
  if (stopping_ || context_.workers.stopping()) return;
  auto& evidence = job->evidence;
  const auto leaders = context_.queries->leaders(*topic_);
  if (!leaders && leaders.error().missing()) evidence.vanished = job->refresh = true;
  if (!leaders) return again(job, job->backoff.next(rng()));
  const auto p = static_cast<std::size_t>(job->partition);
  if (p >= leaders->size()) {
    // Kafka never takes partitions away: this is another topic.
    evidence.vanished = true;
    evidence.same = false;
    return post(*job);
  }
  if (job->refresh) {
    if (const auto client = this->client()) refresh_metadata(*client, topic_->name);
  }
  if (const auto client = this->client()) job->mark_requests = client->metadata_requests();
  const auto marks =
      (*leaders)[p] < 0 ? std::nullopt : context_.queries->watermarks(topic_->name, job->partition);
  if (!marks) return again(job, job->backoff.next(rng()));
  evidence.low = marks->low;
  evidence.high = marks->high;
  job->id = context_.queries->topic_id(topic_->name);
  evidence.same_topic = same_topic(job->id);
  // A broker that lags behind the others may have said it.
  const bool odd = evidence.high < evidence.next || evidence.same_topic == false;
  if (odd && !std::exchange(job->confirmed, true)) {
    return again(job, std::chrono::milliseconds(300));
  }
  job->exact = context_.queries->exact(*topic_);
  const bool held = job->mark && job->mark->offset >= marks->low && job->mark->offset < marks->high;
  if (held && evidence.high >= evidence.next) return compare_mark(job);
  post(*job);
}

// Whether it is the topic that is read, whose id is remembered the first time.
std::optional<bool> KafkaTail::same_topic(const std::optional<std::string>& id) {
  if (!id) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!id_) {
    id_ = id;
    return std::nullopt;
  }
  return *id == *id_;
}

void KafkaTail::compare_mark(std::shared_ptr<Examination> job) {
  Range range;
  range.log = topic_->name;
  range.partition = job->partition;
  range.until = Offset::of(job->mark->offset);
  range.after = range.until.previous();
  auto seen = std::make_shared<std::optional<Fingerprint>>();
  context_.ranges->read_anew(
      std::move(range),
      [seen](std::span<const Record> records) { *seen = Fingerprint::of(records.front()); },
      [self = shared_from_this(), job, seen](Result<Offset>) {
        // Gone meanwhile, or compacted away: nothing can be told.
        if (*seen) job->evidence.same = **seen == *job->mark;
        self->post(*job);
      });
}

void KafkaTail::run_new_life(std::shared_ptr<NewLife> job) {
  if (stopping_ || context_.workers.stopping()) return;
  const auto leaders = context_.queries->leaders(*topic_);
  if (!leaders) return again(job, std::chrono::milliseconds(200));
  if (const auto client = this->client()) refresh_metadata(*client, topic_->name);
  const auto marks = context_.queries->watermarks(topic_->name, *leaders);
  job->starts.assign(leaders->size(), 0);
  bool all = true;
  for (std::size_t p = 0; p < marks.size(); ++p) {
    if (marks[p]) job->starts[p] = marks[p]->low;
    all = all && marks[p].has_value();
  }
  if (!all && ++job->attempts < new_life_attempts)
    return again(job, std::chrono::milliseconds(200));
  post(*job);
}

std::shared_ptr<KafkaClient> KafkaTail::client() {
  const std::lock_guard lock(mutex_);
  return client_;
}

}  // namespace sidestream::kafka
