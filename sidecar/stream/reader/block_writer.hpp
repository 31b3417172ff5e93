#pragma once
// Writes the blocks that a subscription makes itself: retry and id lines, composite ids.
//
// Rules kept here: `id:` is the last line of a block; the first block carries `retry:`.
//
// Thread: one. Borrows the topics' names.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sidestream {

class BlockWriter {
 public:
  explicit BlockWriter(std::int32_t retry_ms) : retry_ms_(retry_ms) {}

  // Ids name their topics from now on. Call set_topic() for each of `parts`.
  void make_composite(std::size_t parts);
  void set_topic(std::size_t part, const std::string& name) { parts_[part].topic = &name; }
  bool composite() const { return parts_ != nullptr; }

  // The event id after one part has moved to `part_id`: of a composite stream that of all parts.
  std::string id(std::size_t part, std::string_view part_id);
  // Appends `body` and the id (empty: none) as one block.
  void add(std::string& out, std::string_view body, std::string_view id);
  // Appends a last block, whose `retry:` replaces the stream's own.
  void add_last(std::string& out, std::string_view body, std::int64_t retry_ms,
                std::string_view id);

  bool retry_written() const { return retry_ms_ < 0; }

 private:
  struct Part {
    const std::string* topic = nullptr;
    std::string id;
  };
  std::unique_ptr<Part[]> parts_;  // composite only
  std::uint32_t count_ = 0;
  std::int32_t retry_ms_;  // -1: written
};

}  // namespace sidestream
