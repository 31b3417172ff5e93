#include "sidecar/fetch/idle_pool.hpp"

#include <algorithm>
#include <utility>

namespace sidestream {
namespace {

constexpr std::size_t max_idle = 16;
constexpr std::chrono::seconds max_idle_time{30};

}  // namespace

std::unique_ptr<FetchConnection> IdlePool::take(const FetchRoute& route) {
  remove_expired();
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& idle) {
    return idle.connection->route() == route;
  });
  if (found == idle_.rend()) return nullptr;
  auto connection = std::move(found->connection);
  idle_.erase(std::next(found).base());
  return connection;
}

void IdlePool::put(std::unique_ptr<FetchConnection> connection) {
  connection->stop_timer();
  remove_expired();
  if (idle_.size() == max_idle) idle_.erase(idle_.begin());
  Idle idle{std::move(connection), Clock::now()};
  idle_.push_back(std::move(idle));
}

void IdlePool::remove_expired() {
  const auto oldest = Clock::now() - max_idle_time;
  std::erase_if(idle_, [oldest](const Idle& idle) {
    return idle.since < oldest || !idle.connection->is_quiet();
  });
}

}  // namespace sidestream
