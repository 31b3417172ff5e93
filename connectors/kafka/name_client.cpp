#include "connectors/kafka/name_client.hpp"

namespace sidestream::kafka {

std::shared_ptr<KafkaClient> NameClient::use(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (closed_) return nullptr;
  used_ = now;
  if (names_ == names_max) release();
  if (!client_) client_ = make();
  if (client_) ++names_;
  return client_;
}

std::shared_ptr<KafkaClient> NameClient::make() {
  if (clients_ >= clients_max) return nullptr;
  auto client = make_client_();
  if (!client) return nullptr;
  ++clients_;
  const auto destroy = [this](KafkaClient* old) {
    std::unique_ptr<KafkaClient>(old).reset();
    --clients_;
  };
  return {client.release(), destroy};
}

void NameClient::poll(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (!client_) return;
  if (now - used_ > idle_max) return release();
  client_->poll(0);
}

// A query may still use it. Requires: the lock.
void NameClient::release() {
  names_ = 0;
  if (client_) workers_.submit([old = std::exchange(client_, nullptr)] {});
}

void NameClient::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  client_.reset();
}

}  // namespace sidestream::kafka
