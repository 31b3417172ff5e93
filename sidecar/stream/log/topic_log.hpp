#pragma once
// The topic log: the newest encoded frames of one log, bounded in bytes, shared by all readers.
//
// One writer (the tail's connector thread) appends; event loops take *views*. A view is a snapshot:
// the segments and how far they are filled. Reading a view takes no lock and touches nothing that
// is written.
//
// Invariants (under the mutex):
//   1. Segments are contiguous: segment i+1 starts at the sequence and position where segment i
//      ends.
//   2. The tail position is the position before the first frame kept, the head position the one
//      after the last.
//   3. Sequences never go back, not even over a reset.
//
// The log doesn't know its readers. A reader whose cursor is below a view's tail has *lagged*.
//
// Thread: any.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connectors/record.hpp"
#include "sidecar/stream/log/encoded_batch.hpp"
#include "sidecar/stream/log/segment.hpp"
#include "sidecar/stream/start/reasons.hpp"

namespace sidestream {

struct LogView {
  std::vector<std::shared_ptr<const Segment>> segments;
  std::uint64_t tail = 0;  // sequence of the first frame kept
  std::uint64_t head = 0;  // sequence after the last
  Position tail_position;
  Position head_position;
  std::uint64_t generation = 0;  // a position is valid within one generation
  ResetReason reset_reason{};    // of the last reset
  Position reset_position;       // where the present generation began
  // The newest record is in the log and ends it. Of logs that can end.
  bool ended = false;
  Offset end_offset;  // of that record

  // The segment that holds `sequence`. Requires tail <= sequence < head.
  const std::shared_ptr<const Segment>& segment_of(std::uint64_t sequence) const;
  // How many frames of segments[i] belong to the view.
  std::size_t frames_in(std::size_t i) const;
  std::size_t index_of(const Segment& segment, std::uint64_t sequence) const {
    return static_cast<std::size_t>(sequence - segment.first());
  }
  // The log's position before the frame `sequence`. Requires tail <= sequence <= head.
  Position position_at(std::uint64_t sequence) const;
};

// What is known of the newest record of a log that can end.
struct NewestRecord {
  bool known = false;
  bool ends = false;  // it ends the log
  Offset offset;      // of the record
  Offset through;     // the log's head: no record follows up to here
};

class TopicLog {
 public:
  // `format` says how ids are written. `can_end`: some record ends the log.
  TopicLog(OffsetFormat format, std::uint64_t bytes_max, bool can_end = false);

  // Requires: not open yet. Call it before the first append.
  void open(Position base);
  void append(const EncodedBatch& batch);
  void grow(std::size_t partitions);
  // Begins a new generation: drops all frames; the next ones follow `position`.
  void reset(ResetReason reason, Position position);
  void set_bytes_max(std::uint64_t bytes);
  // The broker says that up to `through` the newest record is `offset` (absent: there is none).
  // Returns whether a view changes by that. Nothing happens if the log has read a newer one.
  bool note_newest(std::optional<Offset> offset, bool ends, Offset through);
  NewestRecord newest() const;

  bool is_open() const;
  // That the frames take; 0: there are none.
  std::uint64_t bytes() const;
  std::uint64_t generation() const;
  void view(LogView& out) const;

  struct Stats {
    std::size_t partitions = 0;
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    std::int64_t oldest_ms = 0;  // broker's timestamp of the oldest frame kept; 0: none
    std::uint64_t head = 0;
    Position tail_position;
    Position head_position;
  };
  Stats stats() const;

 private:
  void append_one(const EncodedBatch& batch, const EncodedBatch::Item& item);
  bool has_room(std::size_t bytes) const;
  void add_segment(std::size_t bytes, Position base);
  void retire_down_to(std::uint64_t bytes);
  void retire_first();
  void write_id();
  void note_records(const EncodedBatch& batch);
  bool has_ended() const;

  const OffsetFormat format_;
  const bool can_end_;
  mutable std::mutex mutex_;
  std::uint64_t bytes_max_;
  std::uint64_t bytes_ = 0;
  std::vector<std::shared_ptr<Segment>> segments_;  // few: each is larger than the one before
  std::uint64_t head_ = 0;
  bool open_ = false;
  Position head_position_;
  std::string id_line_;  // of the frame being appended
  std::uint64_t generation_ = 0;
  ResetReason reset_reason_{};
  Position reset_position_;
  bool newest_known_ = false;
  bool newest_ends_ = false;
  Offset newest_;  // known: of the newest record, also of one that is not in the log yet
};

}  // namespace sidestream
