#include "sidecar/stream/replay/page.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {

std::shared_ptr<Segment> build_frames(const EncodedBatch& batch, OffsetFormat format,
                                      bool id_lines) {
  // The id lines first: the segment's size must be known before the first append.
  std::vector<std::string> ids(batch.items().size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto& item = batch.items()[i];
    const bool has_body = item.begin != item.end;
    if (id_lines && has_body) ids[i] = "id: " + format_position(format, {item.offset}) + "\n";
    bytes += Segment::frame_size(item.end - item.begin, ids[i].size()) + batch.hidden(item).size();
  }
  auto frames = std::make_shared<Segment>(std::max<std::size_t>(bytes, 1),
                                          std::max<std::size_t>(ids.size(), 1), 0, Position{});
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto& item = batch.items()[i];
    frames->append(item.kind, item.partition, item.offset, item.time_ms, batch.body(item), ids[i],
                   batch.hidden(item));
  }
  return frames;
}

}  // namespace sidestream
