#pragma once
// One log on one event loop: the loop's view of it, the run that its readers send now, coded once,
// and what was sent.
//
// Thread: the loop's.
// Owns the log together with others. Borrows the memory budget.

#include <array>
#include <cstdint>
#include <memory>

#include "sidecar/http/streams/tally.hpp"
#include "sidecar/http/streams/wire.hpp"
#include "sidecar/stream/log/run.hpp"
#include "sidecar/stream/open_log.hpp"
#include "sidecar/stream/reader/loop_view.hpp"

namespace sidestream {

class LoopLog {
 public:
  LoopLog(std::shared_ptr<OpenLog> log, Memory& memory)
      : log_(std::move(log)), memory_(memory), seen_(*log_) {}
  ~LoopLog() { drop_wires(); }
  LoopLog(const LoopLog&) = delete;
  LoopLog& operator=(const LoopLog&) = delete;

  OpenLog& open_log() const { return *log_; }
  Memory& memory() const { return memory_; }
  const LoopView& seen() const { return seen_; }
  const LogView& view() const { return seen_.view; }
  // Takes a new view; see LoopView::refresh().
  void refresh() { seen_.refresh(); }

  // The run at `cursor`. Valid until the next call of a function that is not const.
  const Run& run(std::uint64_t cursor, std::uint64_t limit) {
    if (!run_.is_for(cursor, limit)) find(cursor, limit);
    return run_;
  }
  // The last run() as bytes for the connection. Requires: the run has blocks.
  const std::shared_ptr<Wire>& wire(Dialect dialect, Coding coding) {
    std::shared_ptr<Wire>& wire =
        wires_[static_cast<std::size_t>(dialect) * coding_count + static_cast<std::size_t>(coding)];
    if (!wire) wire = std::make_shared<Wire>(dialect, coding, run_, memory_);
    wire_used_ = true;
    return wire;
  }
  // Releases run and wires that were not used since the last call.
  void release_unused();

  void count(const Counts& counts, bool live, std::int64_t now_ms) {
    tally_.add(counts, live, now_ms, log_->topic().probe);
  }
  void count_bytes(std::uint64_t bytes) { tally_.add_bytes(bytes); }
  void flush_counts() { tally_.flush(log_->topic().probe); }

 private:
  void find(std::uint64_t cursor, std::uint64_t limit);
  void drop_wires();

  std::shared_ptr<OpenLog> log_;
  Memory& memory_;
  LoopView seen_;
  Run run_;
  std::array<std::shared_ptr<Wire>, dialect_count * coding_count> wires_;
  bool wire_used_ = false;
  Tally tally_;
};

}  // namespace sidestream
