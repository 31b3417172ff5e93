#include "connectors/kafka/tail_clients.hpp"

#include <algorithm>
#include <utility>

namespace sidestream::kafka {

std::shared_ptr<KafkaClient> TailClients::acquire(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  for (auto& entry : entries_) {
    if (entry.topics.insert(topic).second) return entry.client;
  }
  std::shared_ptr<KafkaClient> client = make_client_();
  if (client) entries_.push_back({client, {topic}});
  return client;
}

void TailClients::release(const KafkaClient* client, const std::string& topic) {
  const std::lock_guard lock(mutex_);
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& e) { return e.client.get() == client; });
  if (entry == entries_.end()) return;
  entry->topics.erase(topic);
  if (entry->topics.empty() && entries_.size() > 1) entries_.erase(entry);
}

void TailClients::poll() {
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) entry.client->poll(0);
}

void TailClients::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

}  // namespace sidestream::kafka
