#pragma once
// The end of a stream whose logs have ended. It belongs to the logs: composite ids and filters are
// no obstacle.
//
// Thread: one event loop.

#include <span>
#include <string>

#include "sidecar/stream/reader/block_writer.hpp"
#include "sidecar/stream/reader/log_reader.hpp"

namespace sidestream {

// Whether all logs have ended and their readers have read everything.
inline bool have_ended(std::span<const LogReader> readers) {
  for (const LogReader& reader : readers) {
    if (!reader.has_ended()) return false;
  }
  return true;
}

// Writes stream-end and counts it. Its id is that of the end records, also where markers follow
// them. Requires: have_ended(readers).
void write_end(std::string& out, BlockWriter& writer, std::span<const LogReader> readers);

// Writes stream-end for a reply (`ask:`) without a record, and counts it.
void write_unanswered(std::string& out, BlockWriter& writer, const LogReader& reader,
                      std::string_view id);

}  // namespace sidestream
