#include "connectors/redis/tail_inbox.hpp"

#include <utility>

namespace sidestream::redis {
namespace {

class RedisTail final : public Tail {
 public:
  RedisTail(std::shared_ptr<TailInbox> inbox, std::shared_ptr<TailSlot> slot, TailId id)
      : inbox_(std::move(inbox)), slot_(std::move(slot)), id_(id) {}
  RedisTail(const RedisTail&) = delete;
  RedisTail& operator=(const RedisTail&) = delete;
  ~RedisTail() override {
    {
      const std::lock_guard lock(slot_->mutex);
      slot_->sink = nullptr;
    }
    inbox_->close(id_);
  }

 private:
  std::shared_ptr<TailInbox> inbox_;
  std::shared_ptr<TailSlot> slot_;
  TailId id_;
};

}  // namespace

TailId TailInbox::open(std::string log, Offset from, std::shared_ptr<TailSlot> slot) {
  const std::lock_guard lock(mutex_);
  probe_->tails.fetch_add(1);
  news_.opened.push_back({++last_, std::move(log), from, std::move(slot)});
  loop_.wake();
  return last_;
}

void TailInbox::close(TailId id) {
  const std::lock_guard lock(mutex_);
  if (!probe_) return;
  probe_->tails.fetch_sub(1);
  news_.closed.push_back(id);
  loop_.wake();
}

TailInbox::News TailInbox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, {});
}

void TailInbox::leave() {
  const std::lock_guard lock(mutex_);
  probe_ = nullptr;
}

std::unique_ptr<Tail> open_tail(const std::shared_ptr<TailInbox>& inbox, std::string log,
                                Offset from, TailSink& sink) {
  auto slot = std::make_shared<TailSlot>();
  slot->sink = &sink;
  const auto id = inbox->open(std::move(log), from, slot);
  return std::make_unique<RedisTail>(inbox, std::move(slot), id);
}

}  // namespace sidestream::redis
