#pragma once
// Finds the filtered readers of one log on one event loop that new frames are for, by the values of
// the frames' fields. So a frame costs what the readers cost that want it, not what all readers
// would cost if they were asked.
//
// A reader is registered under each value of one condition of its filter: the condition that the
// fewest of the newest frames meet.
//
// Thread: the loop's.
// Borrows: each filter until remove().

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sidecar/stream/filter/stream_filter.hpp"
#include "sidecar/stream/log/topic_log.hpp"

namespace sidestream {

class FilterIndex {
 public:
  // Registers the reader in `slot`. Returns its entry, for remove().
  std::uint32_t add(std::uint32_t slot, const StreamFilter& filter, const LogView& view);
  void remove(std::uint32_t entry);
  bool empty() const { return entries_.size() == free_entries_; }

  struct Hit {
    std::uint32_t slot;
    std::uint64_t sequence;  // of the first frame that the reader wants
  };
  // Replaces `hits` by the readers that want frames of the view from `from` on; one that is
  // registered under several values may be there several times. If the index cannot tell, because
  // frames are missing or are for everybody, these are all readers, with `from`.
  void find(const LogView& view, std::uint64_t from, std::vector<Hit>& hits);

  // Visits the slot of each reader, perhaps several times.
  template <class Visit>
  void for_each_slot(Visit visit) const {
    for (const Entry& entry : entries_) {
      if (entry.filter) visit(entry.slot);
    }
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  // Of a reader and one value.
  struct Entry {
    const StreamFilter* filter = nullptr;  // null: the entry is free
    std::uint64_t key = 0;
    std::uint32_t slot = 0;
    std::uint32_t next = none;      // with that key; of a free entry the next free one
    std::uint32_t previous = none;  // with that key
    std::uint32_t sibling = none;   // the reader's next entry
    std::uint32_t found = 0;        // by which find() last
    std::uint16_t field = 0;
  };

  static std::uint64_t key_of(std::uint16_t field, std::string_view value);
  std::uint32_t take_entry();
  void link(std::uint32_t entry);
  void unlink(std::uint32_t entry);
  bool find_in(const LogView& view, std::uint64_t from, std::vector<Hit>& hits);
  bool find_of(FieldTags tags, std::uint64_t sequence, std::vector<Hit>& hits);

  std::vector<Entry> entries_;
  std::uint32_t first_free_ = none;
  std::size_t free_entries_ = 0;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> first_;  // entry of each key
  std::vector<std::uint32_t> by_field_;                            // how many entries a field has
  std::uint32_t finds_ = 0;
  std::uint64_t generation_ = 0;  // of the view when it was last looked at
};

}  // namespace sidestream
