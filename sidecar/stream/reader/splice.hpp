#pragma once
// The difference between a reader's vector and the log's at the reader's cursor.
//
// A reader that joins the topic log may have read the partitions in another order than this
// replica merged them. It passes over frames that it knows, until both vectors are equal.
//
// Thread: one event loop.

#include <cstddef>
#include <cstdint>

#include "connectors/record.hpp"
#include "sidecar/stream/log/topic_log.hpp"

namespace sidestream {

// Whether `position` is at or after `other` in each partition of `other`.
bool at_or_after(const Position& position, const Position& other);

class Splice {
 public:
  // Returns the cursor where a reader at `position` joins the log: the newest segment that starts
  // at or before it, so that the fewest frames are passed over. Extends `position` to the
  // partitions of the log.
  // Requires: `position` is at or after the view's tail.
  std::uint64_t join(const LogView& view, Position& position);

  // Whether the two vectors differ.
  bool differs() const { return differing_ > 0; }
  // Whether the reader at `position` has had this frame already. Extends `position`.
  static bool knows(const Frame& frame, Position& position);
  // The log's vector moves over `frame`; `position` follows where it was behind.
  void pass(const Frame& frame, Position& position);

  // The log's vector at the cursor.
  const Position& log_position() const { return log_; }

 private:
  Position log_;
  std::size_t differing_ = 0;  // partitions
};

}  // namespace sidestream
