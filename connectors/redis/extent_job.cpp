#include "connectors/redis/extent_job.hpp"

#include <cassert>

#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/stream_info.hpp"

namespace sidestream::redis {
namespace {

class ExtentJob final : public RangeJob {
 public:
  ExtentJob(std::string log, Connector::Callback<LogExtent> done, const JobContext& context)
      : RangeJob(std::move(log), Activity::start, context), done_(std::move(done)) {}

  Commands commands() override {
    if (!ends_beyond_) return {info_command()};
    return {context().scripts.back_command(log(), newest_entry_id, 1), info_command()};
  }

  bool take(const Replies& replies) override {
    const auto info = decode_info(*replies.back());
    if (!info) {
      fail(Errc::refused);
      return true;
    }
    learn(*info);
    if (info->ends_beyond() && !passed_beyond()) return answer_before_beyond(*info, replies);
    if (info->added) {
      context().ranks.put(log(), {info->last_generated, *info->added, info->first});
    }
    done_(extent_of(*info));
    return true;
  }

  void fail(Errc error) override { done_(error); }

 private:
  void learn(const StreamInfo& info) {
    if (info.empty() || context().sizes.of(log()) > 0) return;
    context().sizes.set(log(), info.bytes / (info.length > 1 ? 2 : 1) + 1);
  }

  // An open tail has reported the entries that can't be read.
  bool passed_beyond() const { return context().ranks.rank_of(log(), newest_entry_id).has_value(); }

  // The stream ends at the newest entry that can be read. The tail that starts there reports the
  // others as lost.
  bool answer_before_beyond(const StreamInfo& info, const Replies& replies) {
    if (!std::exchange(ends_beyond_, true)) return false;
    const auto newest = decode_ids(*replies.front());
    if (!newest) {
      fail(Errc::refused);
      return true;
    }
    auto extent = extent_of(info);
    auto& held = extent.partitions.front();
    held.last = newest->count > 0 ? newest->oldest : Offset{0};
    held.first = std::min(held.first, held.last.next());
    held.floor = std::min(held.floor, held.last);
    done_(extent);
    return true;
  }

  Connector::Callback<LogExtent> done_;
  bool ends_beyond_ = false;
};

}  // namespace

RangeJobPtr make_extent_job(std::string log, Connector::Callback<LogExtent> done,
                            const JobContext& context) {
  return std::make_unique<ExtentJob>(std::move(log), std::move(done), context);
}

}  // namespace sidestream::redis
