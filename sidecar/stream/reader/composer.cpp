#include "sidecar/stream/reader/composer.hpp"

#include <optional>

#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/dialect/data_lines.hpp"

namespace sidestream {
namespace {

constexpr std::size_t budget = 16 * 1024;  // of one send

// The id of "id: ...\n".
std::string_view id_in(std::string_view line) { return line.substr(4, line.size() - 5); }

void count(const Frame& frame, bool live, Counts& counts) {
  if (is_gap(frame.kind)) {
    ++counts.gaps;
    return;
  }
  ++counts.events;
  if (!live || frame.time_ms <= 0) return;
  ++counts.live_events;
  if (counts.oldest_ms == 0) counts.oldest_ms = frame.time_ms;
}

}  // namespace

bool reads_runs(std::span<const LogReader> readers, const BlockWriter& writer) {
  return readers.size() == 1 && readers[0].shared() && !writer.composite() &&
         writer.retry_written() && !readers[0].filter();
}

LogReader::Found Composer::run(std::uint32_t& part, OwnBlocks& own) {
  const auto parts = static_cast<std::uint32_t>(readers_.size());
  own.text.clear();
  own.counts.assign(parts, {});
  own.replayed = 0;
  for (std::uint32_t idle = 0; own.text.size() < budget && idle < parts;) {
    NextFrame next;
    const LogReader& reader = readers_[part];
    const bool holds = options_.held && catch_up_.replays(part, reader);
    const LogReader::Found found = holds ? LogReader::Found::nothing : readers_[part].next(next);
    if (found == LogReader::Found::page || found == LogReader::Found::start) {
      // Goes out first, and this part is the next one to be asked.
      if (!own.text.empty()) return LogReader::Found::frame;
      return found;
    }
    if (found == LogReader::Found::frame) {
      // The frames that were passed over may end the catch-up before this one.
      if (reader.filter() && catch_up_.active()) reach_live(own.text);
      const bool replayed = catch_up_.is_before_live(part, reader);
      const std::size_t before = own.text.size();
      add(part, next, own);
      if (replayed) own.replayed += own.text.size() - before;
      idle = 0;
    } else {
      ++idle;
      part = (part + 1) % parts;
    }
    if (catch_up_.active()) reach_live(own.text);
    if (reads_runs(readers_, writer_)) break;
  }
  part = (part + 1) % parts;
  return own.text.empty() ? LogReader::Found::nothing : LogReader::Found::frame;
}

void Composer::add(std::size_t part, const NextFrame& next, OwnBlocks& own) {
  LogReader& reader = readers_[part];
  const Frame& frame = *next.frame;
  std::string own_gap;
  if (frame.kind != FrameKind::record) {
    // The log's block says what readers at the log's place have lost.
    const auto reason =
        frame.kind == FrameKind::unsendable ? GapReason::too_large : GapReason::retention;
    const auto gap = reader.own_gap(frame);
    if (gap) append_gap(own_gap, topic(part), reason, reader.log().format(), {*gap});
  }
  const std::string_view body = own_gap.empty() ? next.segment->body(frame) : own_gap;
  const std::string_view line =
      reader.shares_id() ? next.segment->id_line(frame) : std::string_view();
  if (options_.keeps_breaks) append_breaks(own.text, next.segment->breaks(frame));
  reader.took(frame);
  const std::string id = line.empty() ? reader.id() : std::string(id_in(line));
  if (writer_.composite()) note_passed_over(part);
  writer_.add(own.text, body, writer_.id(part, id));
  count(frame, reader.shared(), own.counts[part]);
}

// Ids contain what filters of the other parts have passed over: a stream with a busy part sends no
// stream-cursor.
void Composer::note_passed_over(std::size_t sending) {
  for (std::size_t part = 0; part < readers_.size(); ++part) {
    LogReader& reader = readers_[part];
    if (part == sending || !reader.filter() || !reader.moved()) continue;
    writer_.id(part, reader.id());
    reader.set_moved(false);
  }
}

void Composer::reach_live(std::string& out) {
  if (!catch_up_.end_if_live(readers_) || !options_.announces_live) return;
  std::string body;
  append_live(body, writer_.composite() ? std::string_view() : topic(0), id());
  writer_.add(out, body, {});
}

std::string Composer::id() {
  std::string id;
  for (std::size_t part = 0; part < readers_.size(); ++part) {
    id = writer_.id(part, readers_[part].id());
  }
  return id;
}

}  // namespace sidestream
