#include "connectors/kafka/examiner.hpp"

#include <span>
#include <utility>

#include "connectors/backoff.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream::kafka {
namespace {

using std::chrono::milliseconds;

// A broker that lags behind the others may give an outdated answer: a bad one is checked again.
constexpr milliseconds confirm_delay{300};
constexpr milliseconds starts_delay{200};
// After so many attempts a partition without a leader is assumed to start at 0.
constexpr int starts_attempts = 5;

// Makes the client's own view of the topic as new as the broker's.
void refresh_metadata(const KafkaClient& client, const std::string& topic) {
  const auto handle = client.topic(topic);
  const rd_kafka_metadata_t* answer = nullptr;
  if (rd_kafka_metadata(client.get(), 0, handle.get(), &answer, Queries::timeout_ms) ==
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_metadata_destroy(answer);
  }
}

}  // namespace

struct Examiner::ExaminationJob {
  Examination examination;
  bool confirmed = false;  // an answer that means `recreated` has been seen before
  Backoff backoff{milliseconds(50), milliseconds(1000)};
};

struct Examiner::StartsJob {
  NewGeneration generation;
  int attempts = 0;
};

Examiner::Examiner(Workers& workers, const Queries& queries, KafkaRanges& ranges,
                   std::shared_ptr<TopicState> topic, std::shared_ptr<KafkaClient> client)
    : workers_(workers),
      queries_(queries),
      ranges_(ranges),
      topic_(std::move(topic)),
      client_(std::move(client)) {}

void Examiner::start(std::function<void()> wake) {
  {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }
  workers_.submit([self = shared_from_this()] {
    if (self->workers_.stopping()) return;
    static_cast<void>(self->queries_.leaders(*self->topic_));
    static_cast<void>(self->same_topic(self->queries_.topic_id(self->topic_->name)));
  });
}

void Examiner::stop() {
  std::shared_ptr<KafkaClient> client;  // released after the mutex
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  wake_ = nullptr;
  client.swap(client_);
}

// ---- requests and outcomes ----

void Examiner::examine(Examination request) {
  auto job = std::make_shared<ExaminationJob>();
  job->examination = std::move(request);
  submit(std::move(job), milliseconds(0));
}

void Examiner::find_starts(NewGeneration request) {
  ranges_.forget(topic_->name);
  topic_->density = Density::unknown;
  auto job = std::make_shared<StartsJob>();
  job->generation = std::move(request);
  submit(std::move(job), milliseconds(0));
}

std::vector<Examiner::Outcome> Examiner::take_outcomes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(outcomes_, {});
}

void Examiner::post(Outcome outcome) {
  const std::lock_guard lock(mutex_);
  outcomes_.push_back(std::move(outcome));
  if (wake_) wake_();
}

template <class Job>
void Examiner::submit(std::shared_ptr<Job> job, milliseconds delay) {
  workers_.submit([self = shared_from_this(), job = std::move(job)] { self->run(job); }, delay);
}

bool Examiner::stopping() {
  if (workers_.stopping()) return true;
  const std::lock_guard lock(mutex_);
  return stopped_;
}

std::shared_ptr<KafkaClient> Examiner::client() {
  const std::lock_guard lock(mutex_);
  return client_;
}

// ---- jobs ----

void Examiner::run(const std::shared_ptr<ExaminationJob>& job) {
  if (stopping()) return;
  auto& examination = job->examination;
  auto& facts = examination.facts;
  const auto leaders = queries_.leaders(*topic_);
  if (!leaders && leaders.error().missing()) facts.vanished = examination.refresh = true;
  if (!leaders) return submit(job, job->backoff.next(rng()));
  const auto p = static_cast<std::size_t>(examination.partition);
  if (p >= leaders->size()) {
    // Kafka never removes partitions: this is another topic.
    facts.vanished = true;
    facts.same_record = false;
    return post(examination);
  }
  if (const auto client = this->client()) {
    if (examination.refresh) refresh_metadata(*client, topic_->name);
    // Counted before the log is looked at: a later request makes the witness untrusted again.
    examination.metadata_requests = client->metadata_requests();
  }
  const auto marks =
      (*leaders)[p] < 0 ? std::nullopt : queries_.watermarks(topic_->name, examination.partition);
  if (!marks) return submit(job, job->backoff.next(rng()));
  facts.low = marks->low;
  facts.high = marks->high;
  examination.topic_id = queries_.topic_id(topic_->name);
  facts.same_topic = same_topic(examination.topic_id);
  const bool doubtful = facts.high < facts.next || facts.same_topic == false;
  if (doubtful && !std::exchange(job->confirmed, true)) return submit(job, confirm_delay);
  examination.exact = queries_.exact(*topic_);
  const auto& witness = examination.witness;
  const bool held = witness && witness->offset >= marks->low && witness->offset < marks->high;
  if (held && facts.high >= facts.next) return compare_witness(job);
  conclude(job);
}

// The first id that is learned is the id of the topic that is read.
std::optional<bool> Examiner::same_topic(const std::optional<std::string>& id) {
  if (!id) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!topic_id_) {
    topic_id_ = id;
    return std::nullopt;
  }
  return *id == *topic_id_;
}

void Examiner::compare_witness(const std::shared_ptr<ExaminationJob>& job) {
  Range range;
  range.log = topic_->name;
  range.partition = job->examination.partition;
  range.until = Offset::of(job->examination.witness->offset);
  range.after = range.until.previous();
  auto found = std::make_shared<std::optional<Fingerprint>>();
  ranges_.read_uncached(
      std::move(range),
      [found](std::span<const Record> records) { *found = Fingerprint::of(records.front()); },
      [self = shared_from_this(), job, found](Result<Offset>) {
        // Nothing was read if the record has been deleted or compacted away: no evidence then.
        auto& examination = job->examination;
        if (*found) examination.facts.same_record = **found == *examination.witness;
        self->conclude(job);
      });
}

// Posts the outcome; before that, finds the first readable record if the tail asks for it.
void Examiner::conclude(const std::shared_ptr<ExaminationJob>& job) {
  auto& examination = job->examination;
  const auto& facts = examination.facts;
  const bool same_log = log_change(facts) == LogChange::none;
  if (!examination.find_readable || !same_log || facts.high <= facts.next) return post(examination);
  Range range;
  range.log = topic_->name;
  range.partition = examination.partition;
  range.after = Offset::of(facts.next - 1);
  range.until = Offset::of(facts.high - 1);
  range.max_records = 1;
  range.on_loss = [job](const Loss& loss) { job->examination.readable = loss.resumed.number(); };
  ranges_.read_uncached(
      std::move(range), [](auto) {},
      [self = shared_from_this(), job](Result<Offset> reached) {
        if (!reached && !self->stopping()) return self->submit(job, job->backoff.next(rng()));
        self->post(job->examination);
      });
}

void Examiner::run(const std::shared_ptr<StartsJob>& job) {
  if (stopping()) return;
  const auto leaders = queries_.leaders(*topic_);
  if (!leaders) return submit(job, starts_delay);
  if (const auto client = this->client()) refresh_metadata(*client, topic_->name);
  const auto marks = queries_.watermarks(topic_->name, *leaders);
  auto& starts = job->generation.starts;
  starts.assign(leaders->size(), 0);
  bool complete = true;
  for (std::size_t p = 0; p < marks.size(); ++p) {
    if (marks[p]) starts[p] = marks[p]->low;
    complete = complete && marks[p].has_value();
  }
  if (!complete && ++job->attempts < starts_attempts) return submit(job, starts_delay);
  {
    const std::lock_guard lock(mutex_);
    topic_id_ = job->generation.topic_id;
  }
  post(job->generation);
}

}  // namespace sidestream::kafka
