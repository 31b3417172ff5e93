#include "connectors/redis/extent_job.hpp"

#include <cassert>

#include "connectors/redis/stream_info.hpp"

namespace sidestream::redis {
namespace {

class ExtentJob final : public RangeJob {
 public:
  ExtentJob(std::string log, Connector::Callback<LogExtent> done, RankCache& ranks)
      : RangeJob(std::move(log)), done_(std::move(done)), ranks_(ranks) {}

  Commands commands() override { return {info_command()}; }

  bool take(const Replies& replies) override {
    assert(replies.size() == 1);
    const auto info = decode_info(*replies.back());
    if (info) {
      if (info->added) ranks_.put(log(), {info->last_generated, *info->added});
      done_(extent_of(*info));
    } else {
      fail(Errc::refused);
    }
    return true;
  }

  void fail(Errc error) override { done_(error); }

 private:
  Connector::Callback<LogExtent> done_;
  RankCache& ranks_;
};

}  // namespace

RangeJobPtr make_extent_job(std::string log, Connector::Callback<LogExtent> done,
                            RankCache& ranks) {
  return std::make_unique<ExtentJob>(std::move(log), std::move(done), ranks);
}

}  // namespace sidestream::redis
