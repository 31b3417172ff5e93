#include "connectors/kafka/range_readers.hpp"

#include <algorithm>
#include <utility>

namespace sidestream::kafka {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_clients = 3;
constexpr std::size_t max_readers = 16;
// A reader used more recently is left where it is: another place gets another client.
constexpr milliseconds warm{500};
constexpr milliseconds keep{3000};

}  // namespace

RangeReaders::RangeReaders(Workers& workers, MakeClient make_client)
    : workers_(workers), make_client_(std::move(make_client)) {}

RangeReaders::~RangeReaders() { stop(); }

RangeReader* RangeReaders::acquire(const std::string& topic, Partition partition,
                                   std::int64_t next) {
  const std::lock_guard lock(mutex_);
  auto* reader = place(topic, partition, next);
  if (reader != nullptr) reader->busy = true;
  if (!std::exchange(sweeping_, true)) {
    workers_.submit([this] { sweep(); }, milliseconds(1000));
  }
  return reader;
}

// In this order: the reader that is at the requested place; a new one on a client that does not
// read the partition; one that has been idle for a while; none.
RangeReader* RangeReaders::place(const std::string& topic, Partition partition, std::int64_t next) {
  const auto now = RangeReader::Clock::now();
  RangeReader* idle = nullptr;
  std::vector<const KafkaClient*> used;
  for (auto& reader : readers_) {
    if (reader.topic() != topic || reader.partition() != partition) continue;
    used.push_back(reader.client());
    if (reader.busy) continue;
    if (reader.position() == next) return &reader;
    if (idle == nullptr || reader.last_used < idle->last_used) idle = &reader;
  }
  if (idle != nullptr && (now - idle->last_used > warm || used.size() == max_clients)) return idle;
  auto client = free_client(used);
  if (client == nullptr) return idle;
  if (!make_room()) return nullptr;
  return &readers_.emplace_back(std::move(client), topic, partition);
}

// A client that is not in `used`; null if there is none and no more may be created.
std::shared_ptr<const KafkaClient> RangeReaders::free_client(
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
bool RangeReaders::make_room() {
  if (readers_.size() < max_readers) return true;
  auto oldest = readers_.end();
  for (auto it = readers_.begin(); it != readers_.end(); ++it) {
    if (!it->busy && (oldest == readers_.end() || it->last_used < oldest->last_used)) oldest = it;
  }
  if (oldest == readers_.end()) return false;
  readers_.erase(oldest);
  return true;
}

void RangeReaders::release(RangeReader* reader) {
  if (reader == nullptr) return;
  const std::lock_guard lock(mutex_);
  reader->busy = false;
  reader->last_used = RangeReader::Clock::now();
}

void RangeReaders::forget(const std::string& log) {
  const std::lock_guard lock(mutex_);
  readers_.remove_if(
      [&](const RangeReader& reader) { return !reader.busy && reader.topic() == log; });
}

// Removes unused readers; after the last one, also all clients but the first.
void RangeReaders::sweep() {
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

void RangeReaders::stop() {
  const std::lock_guard lock(mutex_);
  readers_.clear();
  clients_.clear();
}

void RangeReaders::poll() {
  const std::lock_guard lock(mutex_);
  for (const auto& client : clients_) client->poll(0);
}

}  // namespace sidestream::kafka
