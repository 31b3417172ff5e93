#include "connectors/redis/newest_job.hpp"

#include <cassert>
#include <utility>

#include "connectors/redis/stream_reply.hpp"

namespace sidestream::redis {
namespace {

class NewestJob final : public RangeJob {
 public:
  NewestJob(NewestQuery query, Connector::NewestCallback done, const JobContext& context)
      : RangeJob(query.log, Activity::start, context),
        query_(std::move(query)),
        done_(std::move(done)) {
    if (query_.value) query_.fields.clear();  // the whole entry
  }

  Commands commands() override {
    return {context().scripts.newest_command(log(), query_.until, query_.fields)};
  }
  bool asks_info() const override { return false; }

  bool take(const Replies& replies) override {
    assert(replies.size() == 1);
    if (is_error(*replies.front())) {  // no such key
      done_(nullptr);
      return true;
    }
    EntryBatch batch;
    if (!batch.decode(*replies.front())) {
      fail(Errc::refused);
      return true;
    }
    const auto records = batch.records();
    done_(records.empty() ? nullptr : &records.front());
    return true;
  }

  void fail(Errc error) override { done_(error); }

 private:
  NewestQuery query_;
  const Connector::NewestCallback done_;
};

}  // namespace

RangeJobPtr make_newest_job(NewestQuery query, Connector::NewestCallback done,
                            const JobContext& context) {
  return std::make_unique<NewestJob>(std::move(query), std::move(done), context);
}

}  // namespace sidestream::redis
