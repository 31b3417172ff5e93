#pragma once
// Composes blocks for one subscription alone: as long as its readers' ids are not the log's, or it
// reads several logs.
//
// Thread: one event loop. Borrows everything; it lives for one step.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sidecar/stream/log/run.hpp"
#include "sidecar/stream/reader/block_writer.hpp"
#include "sidecar/stream/reader/catch_up.hpp"
#include "sidecar/stream/reader/log_reader.hpp"

namespace sidestream {

// Blocks that were made for one subscription, and what they contain of each part. The loop reuses
// one for all its subscriptions.
struct OwnBlocks {
  std::string text;
  std::vector<Counts> counts;
  std::size_t replayed = 0;  // bytes of `text` that are records of a replay
};

class Composer {
 public:
  struct Options {
    bool announces_live;  // the end of the catch-up is announced to the client
    bool keeps_breaks;    // blocks say how the lines of their data end; see data_lines.hpp
    bool held;            // parts that replay have nothing now
  };
  Composer(std::span<LogReader> readers, BlockWriter& writer, CatchUp& catch_up, Options options)
      : readers_(readers), writer_(writer), catch_up_(catch_up), options_(options) {}

  // Fills `own` in turn from all parts, beginning with `part`, up to a budget. It stops at a part
  // that needs a page or a start, and leaves its number in `part`.
  //   frame    `own` has blocks
  //   nothing  no part has any now
  //   page, start  `own` is empty; readers[part] needs it
  LogReader::Found run(std::uint32_t& part, OwnBlocks& own);
  // Announces the end of the catch-up if it is reached.
  void reach_live(std::string& out);
  // The id of the subscription where its readers are now.
  std::string id();

 private:
  void add(std::size_t part, const NextFrame& next, OwnBlocks& own);
  void note_passed_over(std::size_t sending);
  const std::string& topic(std::size_t part) const {
    return readers_[part].log().topic().settings.name;
  }

  std::span<LogReader> readers_;
  BlockWriter& writer_;
  CatchUp& catch_up_;
  Options options_;
};

// Whether the log's own blocks do for these readers: for one topic without a filter whose ids are
// the log's, once the first block is written.
bool reads_runs(std::span<const LogReader> readers, const BlockWriter& writer);

}  // namespace sidestream
