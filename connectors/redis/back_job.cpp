#include "connectors/redis/back_job.hpp"

#include <algorithm>
#include <cassert>

#include "connectors/redis/batch_size.hpp"
#include "connectors/redis/stream_info.hpp"

namespace sidestream::redis {
namespace {

// Of one step.
// Redis is busy for a millisecond or two.
constexpr std::size_t step_bytes_max = 1024 * 1024;
constexpr std::size_t step_entries_max = 1024;

class BackJob final : public RangeJob {
 public:
  BackJob(const std::string& log, Offset end, std::int64_t count, Connector::Callback<Offset> done,
          const JobContext& context)
      : RangeJob(log, Activity::start, context),
        end_(std::max(end, Offset{0})),
        newest_(end_),
        left_(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)) + 1),
        batch_size_(step_bytes_max, step_entries_max, context.sizes.of(log)),
        done_(std::move(done)) {}

  // The floor matters only where the beginning of the stream is reached.
  Commands commands() override {
    if (at_beginning_) return {info_command()};
    requested_ = std::min(batch_size_.next(), left_);
    return {context().scripts.back_command(log(), newest_, requested_)};
  }
  bool asks_info() const override { return at_beginning_; }

  bool take(const Replies& replies) override {
    assert(replies.size() == 1);
    return at_beginning_ ? take_info(*replies.front()) : take_ids(*replies.front());
  }

  void fail(Errc error) override { done_(error); }
  bool shrink() override { return batch_size_.shrink(); }

 private:
  bool take_ids(const redisReply& reply) {
    const auto ids = decode_ids(reply);
    if (!ids) {
      fail(Errc::refused);
      return true;
    }
    batch_size_.update(ids->count, ids->bytes);
    left_ -= std::min(left_, ids->count);
    if (left_ == 0) {
      done_(ids->oldest);
      return true;
    }
    at_beginning_ = ids->count < requested_ || ids->oldest == Offset{0};
    if (!at_beginning_) newest_ = ids->oldest.previous();
    return false;
  }

  bool take_info(const redisReply& reply) {
    const auto info = decode_info(reply);
    info ? done_(std::min(floor_of(*info), end_)) : fail(Errc::refused);
    return true;
  }

  const Offset end_;
  Offset newest_;     // entries up to here are not counted yet
  std::size_t left_;  // entries to go back, including the one that is the position
  std::size_t requested_ = 0;
  bool at_beginning_ = false;  // of the stream
  BatchSize batch_size_;
  Connector::Callback<Offset> done_;
};

}  // namespace

RangeJobPtr make_back_job(const std::string& log, Offset end, std::int64_t count,
                          Connector::Callback<Offset> done, const JobContext& context) {
  return std::make_unique<BackJob>(log, end, count, std::move(done), context);
}

}  // namespace sidestream::redis
