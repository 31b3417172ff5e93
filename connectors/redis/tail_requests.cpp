#include "connectors/redis/tail_requests.hpp"

#include <cassert>
#include <utility>

namespace sidestream::redis {
namespace {

class RedisTail final : public Tail {
 public:
  RedisTail(std::shared_ptr<TailRequests> requests, std::shared_ptr<TailSlot> slot, TailId id)
      : requests_(std::move(requests)), slot_(std::move(slot)), id_(id) {}
  RedisTail(const RedisTail&) = delete;
  RedisTail& operator=(const RedisTail&) = delete;
  ~RedisTail() override {
    {
      // Waits for a running call of the sink.
      const std::lock_guard lock(slot_->mutex);
      slot_->sink = nullptr;
    }
    requests_->close(id_);
  }

 private:
  std::shared_ptr<TailRequests> requests_;
  std::shared_ptr<TailSlot> slot_;
  TailId id_;
};

}  // namespace

TailId TailRequests::open(std::string log, Offset from, std::shared_ptr<TailSlot> slot) {
  const std::lock_guard lock(mutex_);
  assert(probe_);
  probe_->tails.fetch_add(1);
  pending_.opened.push_back({++last_id_, std::move(log), from, std::move(slot)});
  loop_.wake();
  return last_id_;
}

void TailRequests::close(TailId id) {
  const std::lock_guard lock(mutex_);
  if (!probe_) return;
  probe_->tails.fetch_sub(1);
  pending_.closed.push_back(id);
  loop_.wake();
}

TailRequests::Pending TailRequests::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(pending_, {});
}

void TailRequests::detach() {
  const std::lock_guard lock(mutex_);
  probe_ = nullptr;
}

std::unique_ptr<Tail> open_tail(const std::shared_ptr<TailRequests>& requests, std::string log,
                                Offset from, TailSink& sink) {
  auto slot = std::make_shared<TailSlot>();
  slot->sink = &sink;
  const auto id = requests->open(std::move(log), from, slot);
  return std::make_unique<RedisTail>(requests, std::move(slot), id);
}

}  // namespace sidestream::redis
