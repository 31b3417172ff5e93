#pragma once
// The way of a stream from older records to live: where each of its logs is live, and whether the
// client knows.
//
// Thread: one event loop.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "sidecar/stream/reader/log_reader.hpp"

namespace sidestream {

class CatchUp {
 public:
  // How far the readers are behind their logs' heads.
  struct Behind {
    bool any = false;
    std::optional<std::int64_t> records = 0;  // absent: offsets don't count them
  };
  static Behind measure(std::span<const LogReader> readers);

  bool active() const { return live_at_ != nullptr; }
  bool was_begun() const { return begun_; }
  // Requires: !was_begun(). A stream catches up once.
  void begin(std::size_t parts);
  // For a stream of one log: how far its reader may go before it is live, and whether the records
  // up to there are live.
  std::uint64_t limit(std::uint64_t head) const {
    return live_at_ ? std::min(head, live_at_[0]) : head;
  }
  bool delivers_live() const { return !live_at_ || live_at_[0] == until_joined; }
  // Whether the next record of this part's reader is from before it was live.
  bool replays(std::size_t part, const LogReader& reader) const {
    if (!reader.joined()) return reader.replays();
    return live_at_ && reader.cursor() < live_at_[part];
  }
  // Whether the record that this part's reader has found is from before it was live.
  bool is_before_live(std::size_t part, const LogReader& reader) const {
    return !reader.joined() || (live_at_ && reader.cursor() < live_at_[part]);
  }
  // Ends it if all readers have reached the places where their logs are live.
  bool end_if_live(std::span<const LogReader> readers);

 private:
  // Not known before the reader has joined the log.
  static constexpr std::uint64_t until_joined = UINT64_MAX;

  std::unique_ptr<std::uint64_t[]> live_at_;  // active: the sequence where each part is live
  bool begun_ = false;
};

}  // namespace sidestream
