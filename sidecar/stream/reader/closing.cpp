#include "sidecar/stream/reader/closing.hpp"

#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {

void write_end(std::string& out, BlockWriter& writer, std::span<const LogReader> readers) {
  std::string id;
  for (std::size_t part = 0; part < readers.size(); ++part) {
    OpenLog& log = readers[part].log();
    log.topic().probe.ends.add();
    id = writer.id(part, format_position(log.format(), {readers[part].view().end_offset}));
  }
  std::string body;
  append_end(body, "end");
  writer.add(out, body, id);
}

void write_unanswered(std::string& out, BlockWriter& writer, const LogReader& reader,
                      std::string_view id) {
  reader.log().topic().probe.unanswered.add();
  std::string body;
  append_end(body, "timeout");
  writer.add(out, body, id);
}

}  // namespace sidestream
