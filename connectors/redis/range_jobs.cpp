#include "connectors/redis/range_jobs.hpp"

#include <algorithm>

#include "connectors/redis/batch_size.hpp"
#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"

namespace sidestream::redis {
namespace {

constexpr std::size_t back_budget = 1024 * 1024;
constexpr std::size_t back_most = 4096;

class ExtentJob final : public RangeJob {
 public:
  ExtentJob(std::string log, Connector::Callback<LogExtent> done, Anchors& anchors)
      : RangeJob(std::move(log)), done_(std::move(done)), anchors_(anchors) {}

  Commands commands() override { return {info_command()}; }
  bool take(const Replies& replies) override {
    const auto info = decode_info(*replies.back());
    if (info) {
      if (info->added) anchors_.put(log(), {info->last_generated, *info->added});
      done_(extent_of(*info));
    } else {
      fail(Errc::refused);
    }
    return true;
  }
  void fail(Errc error) override { done_(error); }

 private:
  Connector::Callback<LogExtent> done_;
  Anchors& anchors_;
};

// The newest entry before the moment is the position. So it is one that a reader can have got.
class LocateJob final : public RangeJob {
 public:
  LocateJob(std::string log, Timestamp time, Connector::Callback<Position> done)
      : RangeJob(std::move(log)), done_(std::move(done)) {
    const auto ms = std::max<std::int64_t>(time.time_since_epoch().count(), 0);
    moment_ = Offset::of_entry(static_cast<std::uint64_t>(ms), 0);
  }

  Commands commands() override {
    const auto newest = moment_ > Offset{0} ? moment_.previous() : Offset{0};
    return {format_command({"XREVRANGE", log(), format_entry_id(newest), "-", "COUNT", "1"}),
            info_command()};
  }
  bool take(const Replies& replies) override {
    EntryBatch before;
    const auto info = decode_info(*replies.back());
    if (!info || !before.decode(*replies.front())) {
      fail(Errc::refused);
      return true;
    }
    auto place = floor_of(*info);
    if (!before.records().empty()) place = std::max(place, before.records().front().offset);
    if (info->last_generated < moment_) place = info->last_generated;
    done_(Position{std::min(place, info->last_generated)});
    return true;
  }
  void fail(Errc error) override { done_(error); }

 private:
  Offset moment_;
  Connector::Callback<Position> done_;
};

// Redis counts no entries without sending them, so a long way back is gone in steps.
class BackJob final : public RangeJob {
 public:
  BackJob(std::string log, Offset end, std::int64_t count, Connector::Callback<Offset> done)
      : RangeJob(std::move(log)),
        end_(std::max(end, Offset{0})),
        at_(end_),
        left_(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)) + 1),
        size_(back_budget, back_most),
        done_(std::move(done)) {}

  Commands commands() override {
    asked_ = std::min(size_.next(), left_);
    return {format_command(
                {"XREVRANGE", log(), format_entry_id(at_), "-", "COUNT", std::to_string(asked_)}),
            info_command()};
  }
  bool take(const Replies& replies) override {
    EntryBatch batch;
    const auto info = decode_info(*replies.back());
    if (!info || !batch.decode(*replies.front())) {
      fail(Errc::refused);
      return true;
    }
    const auto records = batch.records();
    size_.saw(records.size(), batch.bytes());
    left_ -= std::min(left_, records.size());
    const bool no_more = records.size() < asked_ || records.back().offset == Offset{0};
    if (left_ == 0) {
      done_(records.back().offset);
    } else if (no_more) {
      done_(std::min(floor_of(*info), end_));
    } else {
      at_ = records.back().offset.previous();
      return false;
    }
    return true;
  }
  void fail(Errc error) override { done_(error); }

 private:
  const Offset end_;
  Offset at_;         // the newest entry not counted yet lies here or before
  std::size_t left_;  // entries to go back, the one that is the position included
  std::size_t asked_ = 0;
  BatchSize size_;
  Connector::Callback<Offset> done_;
};

class ReadJob final : public RangeJob {
 public:
  ReadJob(Range range, std::function<void(std::span<const Record>)> deliver,
          Connector::Callback<Offset> done, ConnectorProbe& probe)
      : RangeJob(range.log),
        range_(std::move(range)),
        after_(std::max(range_.after, Offset{0})),
        at_(after_),
        limit_(std::max<std::size_t>(range_.max_records, 1)),
        size_(range_.max_bytes, limit_),
        deliver_(std::move(deliver)),
        done_(std::move(done)),
        probe_(probe) {}

  Commands commands() override {
    asked_ = std::min(size_.next(), limit_ - records_);
    return {format_command({"XRANGE", log(), format_entry_id(at_.next()),
                            format_entry_id(std::max(range_.until, at_.next())), "COUNT",
                            std::to_string(asked_)}),
            info_command()};
  }

  bool take(const Replies& replies) override {
    EntryBatch batch;
    const auto info = decode_info(*replies.back());
    if (!info || !batch.decode(*replies.front())) {
      fail(Errc::refused);
      return true;
    }
    if (is_gone(*info)) {
      // What was delivered before stays true; the next read will tell.
      at_ == after_ ? fail(Errc::gone) : answer();
      return true;
    }
    if (at_ >= range_.until) {
      answer();
      return true;
    }
    return pass_on(batch);
  }
  void fail(Errc error) override { done_(error); }

 private:
  // XINFO looked after XRANGE did, so what it calls held was held then too.
  bool is_gone(const StreamInfo& info) const {
    return at_ < floor_of(info) || of_former_life(info, at_) || info.last_generated < range_.until;
  }

  bool pass_on(const EntryBatch& batch) {
    auto records = batch.records();
    const bool all = records.size() < asked_;
    size_.saw(records.size(), batch.bytes());
    records = records.first(fitting(records));
    records_ += records.size();
    probe_.records_read.fetch_add(records.size());
    if (!records.empty()) {
      at_ = records.back().offset;
      deliver_(records);
    }
    if (all && records.size() == batch.records().size()) at_ = range_.until;
    const bool full = records_ >= limit_ || bytes_ >= range_.max_bytes;
    if (!full && at_ < range_.until) return false;
    answer();
    return true;
  }

  // How many of them until the byte limit is passed.
  std::size_t fitting(std::span<const Record> records) {
    std::size_t count = 0;
    while (count < records.size() && bytes_ < range_.max_bytes) {
      const auto& record = records[count++];
      bytes_ += record.value.value_or("").size() + record.key.value_or("").size();
    }
    return count;
  }

  void answer() {
    probe_.ranges_read.fetch_add(1);
    done_(at_);
  }

  const Range range_;
  const Offset after_;
  Offset at_;  // everything up to here is delivered
  const std::size_t limit_;
  BatchSize size_;
  std::size_t asked_ = 0;
  std::size_t records_ = 0;
  std::size_t bytes_ = 0;
  std::function<void(std::span<const Record>)> deliver_;
  Connector::Callback<Offset> done_;
  ConnectorProbe& probe_;
};

}  // namespace

std::string RangeJob::info_command() const { return format_command({"XINFO", "STREAM", log_}); }

RangeJobPtr make_extent_job(std::string log, Connector::Callback<LogExtent> done,
                            Anchors& anchors) {
  return std::make_unique<ExtentJob>(std::move(log), std::move(done), anchors);
}

RangeJobPtr make_locate_job(std::string log, Timestamp time, Connector::Callback<Position> done) {
  return std::make_unique<LocateJob>(std::move(log), time, std::move(done));
}

RangeJobPtr make_back_job(std::string log, Offset end, std::int64_t count,
                          Connector::Callback<Offset> done) {
  return std::make_unique<BackJob>(std::move(log), end, count, std::move(done));
}

RangeJobPtr make_read_job(Range range, std::function<void(std::span<const Record>)> deliver,
                          Connector::Callback<Offset> done, ConnectorProbe& probe) {
  return std::make_unique<ReadJob>(std::move(range), std::move(deliver), std::move(done), probe);
}

}  // namespace sidestream::redis
