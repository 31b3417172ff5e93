#include "sidecar/stream/replay/tail_seeks.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/stream/replay/tail_seek.hpp"

namespace sidestream {
namespace {

Position ends_of(const LogExtent& extent) {
  Position ends;
  for (const Extent& partition : extent.partitions) ends.push_back(partition.last);
  return ends;
}

bool has_left(const TailSeeks::Asker& asker) { return asker.waiting.expired(); }

}  // namespace

// Filters are equal if their conditions are.
std::strong_ordering operator<=>(const TailSeeks::Question& a, const TailSeeks::Question& b) {
  if (const auto order = a.wanted <=> b.wanted; order != 0) return order;
  if (const auto order = a.generation <=> b.generation; order != 0) return order;
  if (!a.filter || !b.filter) return static_cast<bool>(a.filter) <=> static_cast<bool>(b.filter);
  return *a.filter <=> *b.filter;
}

TailSeeks::TailSeeks(std::shared_ptr<Topic> topic, std::string log, std::shared_ptr<Replay> replay,
                     ReplayPool& pool)
    : topic_(std::move(topic)), log_(std::move(log)), replay_(std::move(replay)), pool_(pool) {}

bool TailSeeks::join(const Question& question, Asker asker) {
  std::vector<ClientId> clients;
  {
    const std::lock_guard lock(mutex_);
    const auto found = seeks_.find(question);
    if (found == seeks_.end()) return false;
    add(question, found->second, std::move(asker));
    clients = unqueued();
  }
  enqueue(clients);
  return true;
}

void TailSeeks::ask(const Question& question, const LogExtent& extent, Asker asker) {
  std::vector<ClientId> clients;
  {
    std::unique_lock lock(mutex_);
    if (auto answer = answer_now(question, extent)) {
      lock.unlock();
      return asker.done(std::move(*answer));
    }
    Seek& seek = seeks_[question];
    if (!seek.running) seek.extent = extent;
    add(question, seek, std::move(asker));
    clients = unqueued();
  }
  enqueue(clients);
}

// Requires: the lock.
void TailSeeks::add(const Question& question, Seek& seek, Asker asker) {
  if (!seek.running && seek.clients.insert(asker.client).second) {
    waiting_.push(asker.client, question);
  }
  seek.askers.push_back(std::move(asker));
  if (seek.askers.size() < seek.tidy_at) return;
  std::erase_if(seek.askers, has_left);
  seek.tidy_at = std::max<std::size_t>(16, 2 * seek.askers.size());
}

// The clients to enqueue. While a seek runs, that would be of no use. Requires: the lock;
// enqueue() follows.
std::vector<ClientId> TailSeeks::unqueued() {
  std::vector<ClientId> clients;
  if (running_) return clients;
  waiting_.for_each_key([&](ClientId client) {
    if (queued_.insert(client).second) clients.push_back(client);
  });
  return clients;
}

void TailSeeks::enqueue(const std::vector<ClientId>& clients) {
  for (const ClientId client : clients) {
    pool_.seeks().enqueue(topic_->connector, *topic_, client, shared_from_this(), whole_log);
  }
}

// Whichever client is due, the one that is next in this log is served.
bool TailSeeks::start_next(Partition, ClientId client) {
  Question question;
  std::optional<LogExtent> extent;
  {
    const std::lock_guard lock(mutex_);
    queued_.erase(client);
    while (!running_ && !waiting_.empty()) {
      question = waiting_.pop();
      const auto found = seeks_.find(question);
      // Another client may have asked the same.
      if (found == seeks_.end() || found->second.running) continue;
      Seek& seek = found->second;
      if (std::ranges::all_of(seek.askers, has_left)) {
        seeks_.erase(found);
        continue;
      }
      running_ = seek.running = true;
      extent = seek.extent;
      break;
    }
    if (!extent) return false;
  }
  std::make_shared<TailSeek>(
      topic_->connector, replay_, log_, std::move(*extent), question.wanted, question.filter,
      [this, question] { return is_wanted(question); },
      [self = shared_from_this(), question](const Result<Position>& result) {
        self->finish(question, result);
      })
      ->run();
  return true;
}

// Of the running seek. One that is not wanted is forgotten: who asks again begins another.
bool TailSeeks::is_wanted(const Question& question) {
  const std::lock_guard lock(mutex_);
  const auto found = seeks_.find(question);
  if (found == seeks_.end() || !found->second.running) return false;
  std::erase_if(found->second.askers, has_left);
  if (!found->second.askers.empty()) return true;
  seeks_.erase(found);
  return false;
}

void TailSeeks::finish(const Question& question, const Result<Position>& result) {
  std::vector<Asker> askers;
  std::vector<ClientId> clients;
  {
    const std::lock_guard lock(mutex_);
    const auto found = seeks_.find(question);
    if (found != seeks_.end() && found->second.running) {
      if (result) keep_answer(question, found->second.extent, *result);
      askers = std::move(found->second.askers);
      seeks_.erase(found);
    }
    running_ = false;
    clients = unqueued();
  }
  pool_.seeks().finished(topic_->connector);
  enqueue(clients);
  for (const Asker& asker : askers) {
    if (!has_left(asker)) asker.done(result);
  }
}

// The answer for which nothing has to be read. Requires: the lock.
std::optional<Result<Position>> TailSeeks::answer_now(const Question& question,
                                                      const LogExtent& extent) const {
  if (closed_) return make_error_code(Errc::stopped);
  // Without a leader there is no end to search back from.
  if (!extent.unknown.empty()) return make_error_code(Errc::unavailable);
  Position ends = ends_of(extent);
  const bool none = question.wanted == 0 || std::ranges::all_of(extent.partitions, [](auto& p) {
                      return p.first > p.last;
                    });
  if (none) return ends;
  const auto known = std::ranges::find(answers_, question, &Answer::question);
  if (known == answers_.end() || known->ends != ends) return std::nullopt;
  Position position = known->position;
  for (std::size_t p = 0; p < position.size(); ++p) {
    position[p] = std::max(position[p], extent.partitions[p].floor);
  }
  return position;
}

// Requires: the lock.
void TailSeeks::keep_answer(const Question& question, const LogExtent& extent,
                            const Position& position) {
  auto ends = ends_of(extent);
  std::erase_if(answers_, [&](const Answer& answer) {
    return answer.question == question || answer.ends != ends;
  });
  if (answers_.size() == answers_most) answers_.erase(answers_.begin());
  answers_.push_back({question, std::move(ends), position});
}

void TailSeeks::close() {
  std::map<Question, Seek> seeks;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    seeks.swap(seeks_);
  }
  for (const auto& [question, seek] : seeks) {
    for (const Asker& asker : seek.askers) asker.done(make_error_code(Errc::stopped));
  }
}

}  // namespace sidestream
