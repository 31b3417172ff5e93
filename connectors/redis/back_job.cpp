#include "connectors/redis/back_job.hpp"

#include <algorithm>
#include <cassert>

#include "connectors/redis/batch_size.hpp"
#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/stream_info.hpp"
#include "connectors/redis/stream_reply.hpp"

namespace sidestream::redis {
namespace {

// Of one step.
constexpr std::size_t step_bytes_max = 1024 * 1024;
constexpr std::size_t step_entries_max = 4096;

class BackJob final : public RangeJob {
 public:
  BackJob(std::string log, Offset end, std::int64_t count, Connector::Callback<Offset> done)
      : RangeJob(std::move(log)),
        end_(std::max(end, Offset{0})),
        newest_(end_),
        left_(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)) + 1),
        batch_size_(step_bytes_max, step_entries_max),
        done_(std::move(done)) {}

  Commands commands() override {
    requested_ = std::min(batch_size_.next(), left_);
    return {format_command({"XREVRANGE", log(), format_entry_id(newest_), "-", "COUNT",
                            std::to_string(requested_)}),
            info_command()};
  }

  bool take(const Replies& replies) override {
    assert(replies.size() == 2);
    EntryBatch batch;
    const auto info = decode_info(*replies.back());
    if (!info || !batch.decode(*replies.front())) {
      fail(Errc::refused);
      return true;
    }
    const auto records = batch.records();
    batch_size_.update(records.size(), batch.bytes());
    left_ -= std::min(left_, records.size());
    const bool at_first = records.size() < requested_ || records.back().offset == Offset{0};
    if (left_ == 0) {
      done_(records.back().offset);
    } else if (at_first) {
      done_(std::min(floor_of(*info), end_));
    } else {
      newest_ = records.back().offset.previous();
      return false;
    }
    return true;
  }

  void fail(Errc error) override { done_(error); }

 private:
  const Offset end_;
  Offset newest_;     // entries up to here are not counted yet
  std::size_t left_;  // entries to go back, including the one that is the position
  std::size_t requested_ = 0;
  BatchSize batch_size_;
  Connector::Callback<Offset> done_;
};

}  // namespace

RangeJobPtr make_back_job(std::string log, Offset end, std::int64_t count,
                          Connector::Callback<Offset> done) {
  return std::make_unique<BackJob>(std::move(log), end, count, std::move(done));
}

}  // namespace sidestream::redis
