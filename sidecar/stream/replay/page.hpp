#pragma once
// A page: a stretch of one partition that was read from the broker, as frames. Readers anywhere
// inside the stretch share it, and request the next page when they have read it.
//
// Thread: any; immutable once built.

#include <cstdint>
#include <functional>
#include <memory>

#include "connectors/connector.hpp"
#include "sidecar/stream/log/encoded_batch.hpp"
#include "sidecar/stream/log/segment.hpp"

namespace sidestream {

struct Page {
  Partition partition = 0;
  Offset after;                     // the page has all records after `after` ...
  Offset reached;                   // ... up to and including `reached`
  std::uint64_t generation = 0;     // of the log, as in LogView::generation
  std::shared_ptr<Segment> frames;  // with id lines only if the log has one partition
};
using PagePtr = std::shared_ptr<const Page>;
using PageCallback = std::function<void(Result<PagePtr>)>;

// Copies a batch of one partition into frames. With `id_lines`, each record gets its offset as id:
// that is right for all readers as long as the log has one partition.
std::shared_ptr<Segment> build_frames(const EncodedBatch& batch, OffsetFormat format,
                                      bool id_lines);

}  // namespace sidestream
