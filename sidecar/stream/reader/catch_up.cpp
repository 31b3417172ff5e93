#include "sidecar/stream/reader/catch_up.hpp"

#include <cassert>

#include "sidecar/stream/reader/opening.hpp"

namespace sidestream {

CatchUp::Behind CatchUp::measure(std::span<const LogReader> readers) {
  Behind behind;
  for (const LogReader& reader : readers) {
    if (reader.filter()) behind.records.reset();
    const Position position = reader.position();
    if (!is_behind(position, reader.view())) continue;
    behind.any = true;
    if (reader.log().format() != OffsetFormat::integer) behind.records.reset();
    if (behind.records) *behind.records += count_behind(position, reader.view());
  }
  return behind;
}

void CatchUp::begin(std::size_t parts) {
  assert(!begun_);
  begun_ = true;
  live_at_ = std::make_unique<std::uint64_t[]>(parts);
  std::fill_n(live_at_.get(), parts, until_joined);
}

bool CatchUp::end_if_live(std::span<const LogReader> readers) {
  bool all = true;
  for (std::size_t part = 0; part < readers.size(); ++part) {
    const LogReader& reader = readers[part];
    // A reader that has joined the log is live where the log ends now.
    if (reader.joined() && live_at_[part] == until_joined) live_at_[part] = reader.view().head;
    all = all && reader.joined() && reader.cursor() >= live_at_[part];
  }
  if (all) live_at_.reset();
  return all;
}

}  // namespace sidestream
