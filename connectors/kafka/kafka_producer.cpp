#include "connectors/kafka/kafka_producer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sidestream::kafka {
namespace {

using std::chrono::milliseconds;

// A little before the promise, as the answer has a way to go.
constexpr milliseconds limit = milliseconds(publish_timeout) - milliseconds(200);
constexpr milliseconds find_interval{100};
constexpr int look_ms = 100;
constexpr int flush_ms = 300;

Errc error_of(const rd_kafka_message_t& report) {
  switch (report.err) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return Errc::no_such_log;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return Errc::refused;
    default:
      return rd_kafka_message_status(&report) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED ? Errc::unavailable
                                                                                  : Errc::unconfirmed;
  }
}

Errc error_of(rd_kafka_resp_err_t refused_here) {
  switch (refused_here) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return Errc::refused;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      return Errc::no_such_log;
    default:
      return Errc::unavailable;
  }
}

// librdkafka copies all of it.
rd_kafka_resp_err_t produce(rd_kafka_t* handle, const std::string& topic, const Message& message,
                            void* opaque) {
  std::array<rd_kafka_vu_t, 6> parts{};
  std::size_t count = 0;
  const auto part = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    parts[count].vtype = type;
    return parts[count++];
  };
  part(RD_KAFKA_VTYPE_TOPIC).u.cstr = topic.c_str();
  auto& value = part(RD_KAFKA_VTYPE_VALUE).u.mem;
  value.ptr = const_cast<char*>(message.value.data());
  value.size = message.value.size();
  part(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
  part(RD_KAFKA_VTYPE_OPAQUE).u.ptr = opaque;
  if (message.key) {
    auto& key = part(RD_KAFKA_VTYPE_KEY).u.mem;
    key.ptr = const_cast<char*>(message.key->data());
    key.size = message.key->size();
  }
  if (!message.event.empty() && !message.event_header.empty()) {
    auto& header = part(RD_KAFKA_VTYPE_HEADER).u.header;
    header.name = message.event_header.c_str();
    header.val = message.event.data();
    header.size = static_cast<ssize_t>(message.event.size());
  }
  rd_kafka_error_t* const error = rd_kafka_produceva(handle, parts.data(), count);
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const auto code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

}  // namespace

KafkaProducer::KafkaProducer(Context& context, MakeClient make_client)
    : context_(context), make_client_(std::move(make_client)) {}

KafkaProducer::~KafkaProducer() { stop(); }

void KafkaProducer::publish(const std::string& log, Message message, Done done) {
  Pendings one;
  auto& pending = one.emplace_back();
  pending.topic = context_.topics.find(log);
  pending.message = std::move(message);
  pending.done = std::move(done);
  pending.deadline = Clock::now() + limit;
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    context_.workers.submit([late = std::move(pending.done)] { late(make_error_code(Errc::stopped)); });
    return;
  }
  inbox_.splice(inbox_.end(), one);
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  wake();
}

void KafkaProducer::stop() {
  std::thread thread;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    thread.swap(thread_);
    wake();
  }
  if (thread.joinable()) thread.join();
}

void KafkaProducer::wake() {
  changed_.notify_all();
  if (wake_) rd_kafka_queue_yield(wake_.get());
}

// ---- the producer's thread ----

void KafkaProducer::run() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    if (!have_client()) {
      refuse_inbox();
      continue;
    }
    take_inbox();
    client_->poll(look_ms);
    answer_overdue();
    replace_if_fatal();
  }
  end();
}

bool KafkaProducer::have_client() {
  if (client_) return true;
  client_ = make_client_();
  const std::lock_guard lock(mutex_);
  if (client_) wake_.reset(rd_kafka_queue_get_main(client_->get()));
  return client_ != nullptr;
}

// The properties are wrong, and the probe says so.
void KafkaProducer::refuse_inbox() {
  Pendings arrived;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [this] { return stopping_ || !inbox_.empty(); });
    if (stopping_) return;
    arrived.swap(inbox_);
  }
  for (auto& pending : arrived) answer(pending, make_error_code(Errc::unavailable));
}

void KafkaProducer::take_inbox() {
  Pendings arrived;
  std::vector<Finding> findings;
  {
    const std::lock_guard lock(mutex_);
    arrived.swap(inbox_);
    findings.swap(findings_);
  }
  for (const auto& finding : findings) take(finding);
  while (!arrived.empty()) {
    const auto& topic = *arrived.front().topic;
    auto& waiting = waiting_[topic.name];
    if (waiting.empty() && topic.partitions > 0 && !topic.missing) {
      send(arrived, arrived.begin());
      continue;
    }
    if (waiting.empty()) find(topic.name, milliseconds(0));
    waiting.splice(waiting.end(), arrived, arrived.begin());
  }
}

void KafkaProducer::find(const std::string& topic, milliseconds delay) {
  context_.workers.submit(
      [this, topic] {
        Finding finding{topic, std::nullopt};
        const auto leaders = context_.queries->leaders(*context_.topics.find(topic));
        if (!leaders) {
          const auto& refusal = leaders.error();
          if (refusal.missing()) {
            finding.error = Errc::no_such_log;
          } else if (refusal.code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
            finding.error = Errc::refused;
          } else {
            finding.again = true;
          }
        }
        const std::lock_guard lock(mutex_);
        findings_.push_back(std::move(finding));
        wake();
      },
      delay);
}

void KafkaProducer::take(const Finding& finding) {
  auto& waiting = waiting_[finding.topic];
  if (waiting.empty()) return;  // all overdue meanwhile
  if (finding.again) return find(finding.topic, find_interval);
  while (!waiting.empty()) {
    if (finding.error) {
      answer(waiting.front(), make_error_code(*finding.error));
      waiting.pop_front();
    } else {
      send(waiting, waiting.begin());
    }
  }
}

// Moves it to open_, or answers it.
void KafkaProducer::send(Pendings& pendings, Pendings::iterator which) {
  open_.splice(open_.end(), pendings, which);
  which->self = which;
  const auto error = produce(client_->get(), which->topic->name, which->message, &*which);
  which->message = Message();
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  answer(*which, make_error_code(error_of(error)));
  open_.erase(which);
}

void KafkaProducer::on_report(const rd_kafka_message_t& report) {
  auto& pending = *static_cast<Pending*>(report._private);
  if (report.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    Published published;
    published.partition = report.partition;
    published.offset = Offset::of(report.offset);
    published.partitions = std::max(pending.topic->partitions.load(), report.partition + 1);
    answer(pending, published);
  } else if (report.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
             report.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
    answer(pending, make_error_code(client_->fatal().empty()                            ? Errc::stopped
                                    : report.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ? Errc::unconfirmed
                                                                                      : Errc::unavailable));
  } else {
    answer(pending, make_error_code(error_of(report)));
  }
  open_.erase(pending.self);
}

void KafkaProducer::answer(Pending& pending, Result<Published> result) {
  auto& counter = result ? context_.probe.published : context_.probe.publish_failures;
  if (!pending.done) return;
  counter.fetch_add(1, std::memory_order_relaxed);
  const auto done = std::exchange(pending.done, nullptr);
  done(std::move(result));
}

void KafkaProducer::answer_overdue() {
  const auto now = Clock::now();
  for (auto& [topic, waiting] : waiting_) {
    while (!waiting.empty() && waiting.front().deadline <= now) {
      answer(waiting.front(), make_error_code(Errc::unavailable));
      waiting.pop_front();
    }
  }
  // In the order of their deadlines. librdkafka's own report comes earlier as a rule, and knows more.
  for (auto& pending : open_) {
    if (pending.deadline > now) break;
    answer(pending, make_error_code(Errc::unconfirmed));
  }
}

// An idempotent producer that lost its thread of sequence numbers can only be made anew.
void KafkaProducer::replace_if_fatal() {
  const auto reason = client_->fatal();
  if (reason.empty()) return;
  context_.log.error("kafka", "the producer had to be made anew",
                     {{"connector", context_.name}, {"error", reason}});
  rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client_->get(), flush_ms);
  {
    const std::lock_guard lock(mutex_);
    wake_.reset();
  }
  client_.reset();
  for (auto& pending : open_) answer(pending, make_error_code(Errc::unconfirmed));
  open_.clear();
}

void KafkaProducer::end() {
  if (client_) {
    rd_kafka_flush(client_->get(), flush_ms);
    rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(client_->get(), flush_ms);
  }
  Pendings rest;
  {
    const std::lock_guard lock(mutex_);
    rest.splice(rest.end(), inbox_);
    wake_.reset();
  }
  client_.reset();
  rest.splice(rest.end(), open_);
  for (auto& [topic, waiting] : waiting_) rest.splice(rest.end(), waiting);
  for (auto& pending : rest) answer(pending, make_error_code(Errc::stopped));
}

}  // namespace sidestream::kafka
