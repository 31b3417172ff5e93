#include "sidecar/stream/reader/block_writer.hpp"

#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {

void BlockWriter::make_composite(std::size_t parts) {
  parts_ = std::make_unique<Part[]>(parts);
  count_ = static_cast<std::uint32_t>(parts);
}

std::string BlockWriter::id(std::size_t part, std::string_view part_id) {
  if (!composite()) return std::string(part_id);
  parts_[part].id = part_id;
  std::string out;
  for (std::size_t i = 0; i < count_; ++i) append_composite(out, *parts_[i].topic, parts_[i].id);
  return out;
}

void BlockWriter::add(std::string& out, std::string_view body, std::string_view id) {
  out.append(body);
  if (!retry_written()) {
    append_retry(out, retry_ms_);
    retry_ms_ = -1;
  }
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  out += '\n';
}

void BlockWriter::add_last(std::string& out, std::string_view body, std::int64_t retry_ms,
                           std::string_view id) {
  out.append(body);
  append_retry(out, retry_ms);
  retry_ms_ = -1;
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  out += '\n';
}

}  // namespace sidestream
