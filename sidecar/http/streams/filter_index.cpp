#include "sidecar/http/streams/filter_index.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

namespace sidestream {
namespace {

constexpr std::uint64_t sample_most = 64;  // newest frames that show what is selective

// Calls visit(segment, frame, sequence) for frames from `from` on, until it returns false.
template <class Visit>
bool for_each_frame(const LogView& view, std::uint64_t from, Visit visit) {
  for (std::size_t i = 0; i < view.segments.size(); ++i) {
    const Segment& segment = *view.segments[i];
    const std::uint64_t end = segment.first() + view.frames_in(i);
    for (std::uint64_t at = std::max(from, segment.first()); at < end; ++at) {
      if (!visit(segment, segment.frame(view.index_of(segment, at)), at)) return false;
    }
  }
  return true;
}

using Conditions = std::vector<StreamFilter::ConditionView>;

// The condition that the fewest of the newest frames meet. If that is the same: the one with fewer
// values, then the one of the first field.
const StreamFilter::ConditionView& most_selective(const Conditions& conditions,
                                                  const LogView& view) {
  if (conditions.size() == 1) return conditions[0];
  std::vector<std::size_t> met(conditions.size());
  const std::uint64_t oldest = view.head - std::min(sample_most, view.head - view.tail);
  for_each_frame(view, oldest, [&](const Segment& segment, const Frame& frame, std::uint64_t) {
    const std::string_view tags = segment.tags(frame);
    for (std::size_t i = 0; i < conditions.size() && !tags.empty(); ++i) {
      if (conditions[i].holds(FieldTags(tags))) ++met[i];
    }
    return true;
  });
  std::size_t best = 0;
  const auto cost = [&](std::size_t i) {
    return std::make_tuple(met[i], conditions[i].values.size());
  };
  for (std::size_t i = 1; i < conditions.size(); ++i) {
    if (cost(i) < cost(best)) best = i;
  }
  return conditions[best];
}

}  // namespace

std::uint64_t FilterIndex::key_of(std::uint16_t field, std::string_view value) {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  return std::hash<std::string_view>()(value) ^ (odd * (field + 1u));
}

std::uint32_t FilterIndex::take_entry() {
  if (first_free_ != none) {
    const std::uint32_t entry = first_free_;
    first_free_ = entries_[entry].next;
    --free_entries_;
    return entry;
  }
  // Grows by an eighth: there are many readers.
  if (entries_.size() == entries_.capacity()) {
    entries_.reserve(entries_.size() + entries_.size() / 8 + 16);
  }
  entries_.emplace_back();
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

std::uint32_t FilterIndex::add(std::uint32_t slot, const StreamFilter& filter,
                               const LogView& view) {
  if (empty()) generation_ = view.generation;
  const Conditions conditions = filter.conditions();
  const StreamFilter::ConditionView& condition = most_selective(conditions, view);
  std::uint32_t reader = none;
  const auto enter = [&](std::string_view value) {
    const std::uint32_t entry = take_entry();
    entries_[entry] = {
        &filter, key_of(condition.field, value), slot, none, none, reader, finds_, condition.field};
    link(entry);
    reader = entry;
  };
  for (const std::string_view value : condition.values) enter(value);
  // A reader that wants nothing still has to be among all readers.
  if (reader == none) enter({});
  return reader;
}

void FilterIndex::link(std::uint32_t entry) {
  Entry& added = entries_[entry];
  if (by_field_.size() <= added.field) by_field_.resize(added.field + 1u);
  ++by_field_[added.field];
  const auto [first, is_new] = first_.emplace(added.key, entry);
  if (is_new) return;
  added.next = first->second;
  entries_[added.next].previous = entry;
  first->second = entry;
}

void FilterIndex::unlink(std::uint32_t entry) {
  const Entry& left = entries_[entry];
  --by_field_[left.field];
  if (left.next != none) entries_[left.next].previous = left.previous;
  if (left.previous != none) {
    entries_[left.previous].next = left.next;
  } else if (left.next != none) {
    first_.at(left.key) = left.next;
  } else {
    first_.erase(left.key);
  }
}

void FilterIndex::remove(std::uint32_t entry) {
  while (entry != none) {
    unlink(entry);
    const std::uint32_t sibling = entries_[entry].sibling;
    entries_[entry] = {};
    entries_[entry].next = first_free_;
    first_free_ = entry;
    ++free_entries_;
    entry = sibling;
  }
}

void FilterIndex::find(const LogView& view, std::uint64_t from, std::vector<Hit>& hits) {
  hits.clear();
  // The end of the log is for all.
  if (find_in(view, from, hits) && !view.ended) return;
  hits.clear();
  for_each_slot([&](std::uint32_t slot) { hits.push_back({slot, from}); });
}

bool FilterIndex::find_in(const LogView& view, std::uint64_t from, std::vector<Hit>& hits) {
  if (std::exchange(generation_, view.generation) != view.generation) return false;
  if (from < view.tail) return false;
  ++finds_;
  return for_each_frame(view, from,
                        [&](const Segment& segment, const Frame& frame, std::uint64_t sequence) {
                          if (is_loss(frame.kind)) return false;
                          const std::string_view tags = segment.tags(frame);
                          return tags.empty() || find_of(FieldTags(tags), sequence, hits);
                        });
}

bool FilterIndex::find_of(FieldTags tags, std::uint64_t sequence, std::vector<Hit>& hits) {
  FieldTags rest = tags;
  for (std::size_t field = 0; field < by_field_.size(); ++field) {
    const FieldTags::Value value = rest.next();
    if (by_field_[field] == 0 || value.kind == FieldTags::Value::Kind::none) continue;
    if (value.kind == FieldTags::Value::Kind::unknown) return false;
    const auto first = first_.find(key_of(static_cast<std::uint16_t>(field), value.text));
    std::uint32_t entry = first == first_.end() ? none : first->second;
    for (; entry != none; entry = entries_[entry].next) {
      Entry& reader = entries_[entry];
      if (reader.found == finds_ || !reader.filter->matches(tags)) continue;
      reader.found = finds_;
      hits.push_back({reader.slot, sequence});
    }
  }
  return true;
}

}  // namespace sidestream
