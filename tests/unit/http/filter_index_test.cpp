#include "sidecar/http/streams/filter_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

namespace sidestream {
namespace {

using Slots = std::set<std::uint32_t>;

FilterPtr make_filter(std::vector<StreamFilter::Condition> conditions) {
  return FilterPtr(new StreamFilter(std::move(conditions)));
}

// A log of records with two fields; an empty text is no value, `?` an unknown one.
class FilterIndexTest : public testing::Test {
 protected:
  FilterIndexTest() {
    log_.open({Offset::of(-1)});
    log_.view(view_);
  }
  void append(const std::string& first, const std::string& second,
              FrameKind kind = FrameKind::record) {
    batch_.out() += "data: x\n";
    batch_.add(kind, 0, Offset::of(next_++), 1);
    if (is_loss(kind)) return;
    for (const std::string& value : {first, second}) {
      if (value == "?")
        FieldTags::append_unknown(batch_.tags_out());
      else if (value.empty())
        FieldTags::append_none(batch_.tags_out());
      else
        FieldTags::append_text(batch_.tags_out(), value);
    }
    batch_.tag_last();
  }
  // The readers that the records appended since the last call are for.
  Slots find() {
    log_.append(batch_);
    batch_.clear();
    const std::uint64_t from = view_.head;
    log_.view(view_);
    index_.find(view_, from, hits_);
    Slots slots;
    for (const auto& hit : hits_) slots.insert(hit.slot);
    return slots;
  }

  TopicLog log_{OffsetFormat::integer, 1 << 16};
  LogView view_;
  EncodedBatch batch_;
  std::int64_t next_ = 0;
  FilterIndex index_;
  std::vector<FilterIndex::Hit> hits_;
};

TEST_F(FilterIndexTest, FindsReadersByTheValuesOfNewFrames) {
  const auto ann = make_filter({{0, {"ann"}}}), bob = make_filter({{0, {"bob"}}});
  const auto eu = make_filter({{1, {"eu", "us"}}});
  index_.add(1, *ann, view_);
  index_.add(2, *bob, view_);
  index_.add(3, *eu, view_);
  append("ann", "asia");
  append("ann", "us");
  EXPECT_EQ(find(), (Slots{1, 3}));
  EXPECT_EQ(hits_.size(), 2u) << "each once";
  EXPECT_EQ(hits_[0].sequence, 0u);
  EXPECT_EQ(hits_[1].sequence, 1u) << "the first frame that it wants";
  append("carol", "");
  EXPECT_EQ(find(), Slots{});
  append("eu", "ann");
  EXPECT_EQ(find(), Slots{}) << "a value counts in its own field";
}

TEST_F(FilterIndexTest, ChecksTheOtherConditionsToo) {
  const auto filter = make_filter({{0, {"ann"}}, {1, {"eu"}}});
  index_.add(1, *filter, view_);
  append("ann", "us");
  append("bob", "eu");
  EXPECT_EQ(find(), Slots{});
  append("ann", "eu");
  EXPECT_EQ(find(), Slots{1});
}

TEST_F(FilterIndexTest, ForgetsReadersThatHaveLeft) {
  const auto filter = make_filter({{0, {"ann", "bob"}}});
  const auto first = index_.add(1, *filter, view_);
  const auto second = index_.add(2, *filter, view_);
  const auto third = index_.add(3, *filter, view_);
  index_.remove(second);
  append("bob", "");
  EXPECT_EQ(find(), (Slots{1, 3}));
  index_.remove(third);
  index_.remove(first);
  EXPECT_TRUE(index_.empty());
  append("bob", "");
  EXPECT_EQ(find(), Slots{});
}

TEST_F(FilterIndexTest, MeansAllReadersWhereItCannotTell) {
  const auto ann = make_filter({{0, {"ann"}}}), none = make_filter({{0, {}}, {1, {"eu"}}});
  index_.add(1, *ann, view_);
  index_.add(2, *none, view_);
  append("", "", FrameKind::loss);
  EXPECT_EQ(find(), (Slots{1, 2})) << "a loss is for everybody";
  for (int i = 0; i < 5000; ++i) append("x", "x");
  EXPECT_EQ(find(), (Slots{1, 2})) << "frames were retired before they were looked at";
  EXPECT_LT(hits_[0].sequence, view_.tail);
  append("x", "x");
  EXPECT_EQ(find(), Slots{});
  log_.reset(ResetReason::recreated, {Offset::of(-1)});
  next_ = 0;
  EXPECT_EQ(find(), (Slots{1, 2})) << "another generation";
  EXPECT_EQ(find(), Slots{});
}

TEST_F(FilterIndexTest, MeansAllReadersOnlyWhereOneMayWantAnUnknownValue) {
  const auto ann = make_filter({{0, {"ann"}}});
  const auto entry = index_.add(1, *ann, view_);
  append("ann", "?", FrameKind::unsendable);
  append("bob", "?", FrameKind::unsendable);
  EXPECT_EQ(find(), Slots{1});
  EXPECT_EQ(hits_.size(), 1u);
  const auto eu = make_filter({{1, {"eu"}}});
  index_.add(2, *eu, view_);
  append("bob", "?", FrameKind::unsendable);
  EXPECT_EQ(find(), (Slots{1, 2}));
  index_.remove(entry);
  append("bob", "?", FrameKind::unsendable);
  EXPECT_EQ(find(), Slots{2});
}

// Without the choice each record would be compared with the filters of all thousand readers.
TEST_F(FilterIndexTest, RegistersUnderTheConditionThatFewerRecordsMeet) {
  for (int i = 0; i < 100; ++i) append("everybody", std::to_string(i));
  find();
  const auto shared = make_filter({{0, {"everybody"}}, {1, {"mine", "other"}}});
  index_.add(1, *shared, view_);
  append("everybody", "?", FrameKind::unsendable);
  EXPECT_EQ(find(), Slots{1});
  EXPECT_EQ(hits_[0].sequence, 100u);
  append("nobody", "?", FrameKind::unsendable);
  EXPECT_EQ(find(), Slots{1}) << "it is registered under the second field, which is unknown";
}

// Random readers, filters and records; the model asks each reader.
TEST_F(FilterIndexTest, FindsWhatANaiveFilterFinds) {
  const std::uint64_t seed = 1;
  std::mt19937_64 random(seed);
  const auto pick = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const auto value = [&] { return std::string(1, static_cast<char>('a' + pick(6))); };
  struct Reader {
    FilterPtr filter;
    std::uint32_t entry;
  };
  std::map<std::uint32_t, Reader> readers;
  for (int step = 0; step < 5000; ++step) {
    const auto slot = static_cast<std::uint32_t>(pick(60));
    if (const auto found = readers.find(slot); found != readers.end()) {
      index_.remove(found->second.entry);
      readers.erase(found);
    } else {
      std::vector<StreamFilter::Condition> conditions;
      for (std::size_t i = 1 + pick(2); i > 0; --i) {
        StreamFilter::Condition condition{static_cast<std::uint16_t>(pick(2)), {}};
        for (std::size_t values = pick(4); values > 0; --values)
          condition.values.push_back(value());
        conditions.push_back(std::move(condition));
      }
      auto filter = make_filter(std::move(conditions));
      const auto entry = index_.add(slot, *filter, view_);
      readers[slot] = {std::move(filter), entry};
    }
    const std::uint64_t from = view_.head;
    for (std::size_t i = pick(4); i > 0; --i) {
      append(pick(5) == 0 ? "" : value(), pick(5) == 0 ? "" : value());
    }
    const Slots found = find();
    Slots expected;
    for (std::uint64_t at = from; at < view_.head; ++at) {
      const Segment& segment = *view_.segment_of(at);
      const Frame& frame = segment.frame(view_.index_of(segment, at));
      for (const auto& [reader, registered] : readers) {
        if (registered.filter->wants(segment, frame)) expected.insert(reader);
      }
    }
    ASSERT_EQ(found, expected) << "seed " << seed << ", step " << step;
  }
}

}  // namespace
}  // namespace sidestream
