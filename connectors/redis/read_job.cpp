#include "connectors/redis/read_job.hpp"

#include <algorithm>
#include <cassert>

#include "connectors/redis/batch_size.hpp"
#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/stream_info.hpp"
#include "connectors/redis/stream_reply.hpp"

namespace sidestream::redis {
namespace {

// Of one step. Entries may suddenly be much larger than those before.
constexpr std::size_t step_entries_max = 512;

class ReadJob final : public RangeJob {
 public:
  ReadJob(Range range, std::function<void(std::span<const Record>)> deliver,
          Connector::Callback<Offset> done, const JobContext& context)
      : RangeJob(range.log, Activity::replay, context),
        range_(std::move(range)),
        after_(std::max(range_.after, Offset{0})),
        through_(after_),
        records_max_(std::max<std::size_t>(range_.max_records, 1)),
        batch_size_(range_.max_bytes, step_entries_max, context.sizes.of(range_.log)),
        deliver_(std::move(deliver)),
        done_(std::move(done)) {}

  Commands commands() override {
    requested_ = std::min(batch_size_.next(range_.max_bytes - bytes_), records_max_ - records_);
    return {format_command({"XRANGE", log(), format_entry_id(through_.next()),
                            format_entry_id(std::max(range_.until, through_.next())), "COUNT",
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
    if (is_gone(*info)) {
      // Earlier batches stay valid. The next read() will answer Errc::gone.
      through_ == after_ ? fail(Errc::gone) : answer();
      return true;
    }
    if (through_ >= range_.until) {
      answer();
      return true;
    }
    return pass_on(batch);
  }

  void fail(Errc error) override { done_(error); }
  bool shrink() override {
    const bool smaller = batch_size_.shrink();
    context().sizes.set(log(), batch_size_.entry_bytes());
    return smaller;
  }

 private:
  // XINFO ran after XRANGE, so entries it reports as held were held then too.
  bool is_gone(const StreamInfo& info) const {
    return through_ < floor_of(info) || of_older_generation(info, through_) ||
           info.last_generated < range_.until;
  }

  // True: the range, or one of its limits, is reached and the caller was answered.
  bool pass_on(const EntryBatch& batch) {
    auto records = batch.records();
    const bool complete = records.size() < requested_;
    batch_size_.update(records.size(), batch.bytes());
    context().sizes.set(log(), batch_size_.entry_bytes());
    records = records.first(count_fitting(records));
    records_ += records.size();
    context().probe.records_read.fetch_add(records.size());
    if (!records.empty()) {
      through_ = records.back().offset;
      deliver_(records);
    }
    if (complete && records.size() == batch.records().size()) through_ = range_.until;
    // Nearly full is full: another round trip for a few entries is not worth it.
    const bool full = records_ >= records_max_ || bytes_ + range_.max_bytes / 8 > range_.max_bytes;
    if (!full && through_ < range_.until) return false;
    answer();
    return true;
  }

  // The number of records up to the one that exceeds the byte limit.
  std::size_t count_fitting(std::span<const Record> records) {
    std::size_t count = 0;
    while (count < records.size() && bytes_ < range_.max_bytes) {
      const auto& record = records[count++];
      bytes_ += record.value.value_or("").size() + record.key.value_or("").size();
    }
    return count;
  }

  void answer() {
    context().probe.ranges_read.fetch_add(1);
    done_(through_);
  }

  const Range range_;
  const Offset after_;
  Offset through_;  // everything up to here was delivered
  const std::size_t records_max_;
  BatchSize batch_size_;
  std::size_t requested_ = 0;
  std::size_t records_ = 0;  // delivered
  std::size_t bytes_ = 0;    // delivered
  std::function<void(std::span<const Record>)> deliver_;
  Connector::Callback<Offset> done_;
};

}  // namespace

RangeJobPtr make_read_job(Range range, std::function<void(std::span<const Record>)> deliver,
                          Connector::Callback<Offset> done, const JobContext& context) {
  return std::make_unique<ReadJob>(std::move(range), std::move(deliver), std::move(done), context);
}

}  // namespace sidestream::redis
