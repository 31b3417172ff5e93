#include "connectors/redis/locate_job.hpp"

#include <algorithm>
#include <cassert>

#include "connectors/redis/stream_info.hpp"

namespace sidestream::redis {
namespace {

class LocateJob final : public RangeJob {
 public:
  LocateJob(std::string log, Timestamp time, Connector::Callback<Position> done,
            const JobContext& context)
      : RangeJob(std::move(log), Activity::start, context), done_(std::move(done)) {
    const auto ms = std::max<std::int64_t>(time.time_since_epoch().count(), 0);
    bound_ = Offset::of_entry(static_cast<std::uint64_t>(ms), 0);
  }

  Commands commands() override {
    const auto newest = bound_ > Offset{0} ? bound_.previous() : Offset{0};
    return {context().scripts.back_command(log(), newest, 1), info_command()};
  }

  bool take(const Replies& replies) override {
    assert(replies.size() == 2);
    const auto before = decode_ids(*replies.front());
    const auto info = decode_info(*replies.back());
    if (!info || !before) {
      fail(Errc::refused);
      return true;
    }
    auto position = floor_of(*info);
    if (before->count > 0) position = std::max(position, before->oldest);
    if (info->last_generated < bound_) position = info->last_generated;
    done_(Position{std::min(position, info->last_generated)});
    return true;
  }

  void fail(Errc error) override { done_(error); }

 private:
  Offset bound_;  // the smallest id at the time
  Connector::Callback<Position> done_;
};

}  // namespace

RangeJobPtr make_locate_job(std::string log, Timestamp time, Connector::Callback<Position> done,
                            const JobContext& context) {
  return std::make_unique<LocateJob>(std::move(log), time, std::move(done), context);
}

}  // namespace sidestream::redis
