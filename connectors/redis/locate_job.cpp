#include "connectors/redis/locate_job.hpp"

#include <algorithm>
#include <cassert>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/stream_info.hpp"
#include "connectors/redis/stream_reply.hpp"

namespace sidestream::redis {
namespace {

class LocateJob final : public RangeJob {
 public:
  LocateJob(std::string log, Timestamp time, Connector::Callback<Position> done)
      : RangeJob(std::move(log)), done_(std::move(done)) {
    const auto ms = std::max<std::int64_t>(time.time_since_epoch().count(), 0);
    bound_ = Offset::of_entry(static_cast<std::uint64_t>(ms), 0);
  }

  Commands commands() override {
    const auto newest = bound_ > Offset{0} ? bound_.previous() : Offset{0};
    return {format_command({"XREVRANGE", log(), format_entry_id(newest), "-", "COUNT", "1"}),
            info_command()};
  }

  bool take(const Replies& replies) override {
    assert(replies.size() == 2);
    EntryBatch before;
    const auto info = decode_info(*replies.back());
    if (!info || !before.decode(*replies.front())) {
      fail(Errc::refused);
      return true;
    }
    auto position = floor_of(*info);
    if (!before.records().empty()) position = std::max(position, before.records().front().offset);
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

RangeJobPtr make_locate_job(std::string log, Timestamp time, Connector::Callback<Position> done) {
  return std::make_unique<LocateJob>(std::move(log), time, std::move(done));
}

}  // namespace sidestream::redis
