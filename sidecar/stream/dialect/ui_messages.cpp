#include "sidecar/stream/dialect/ui_messages.hpp"

#include <cassert>

namespace sidestream {
namespace {

constexpr std::string_view control = "event: stream-";
constexpr std::string_view data_field = "data: ";
constexpr std::string_view id_field = "id: ";

// The value of the block's only line of that field; empty: it has none.
std::string_view field_of(std::string_view block, std::string_view field) {
  while (!block.empty()) {
    const std::string_view line = block.substr(0, block.find('\n'));
    if (line.starts_with(field)) return line.substr(field.size());
    block.remove_prefix(line.size() + 1);
  }
  return {};
}

// A control event. Its data is one line.
void append_control(std::string& out, std::string_view block) {
  const std::string_view event = field_of(block, "event: ");
  if (event == "stream-end") {
    out.append("data: [DONE]\n");
  } else if (event == "stream-gap" || event == "stream-reset") {
    out.append(R"(data: {"type":"data-stream-gap","data":)")
        .append(field_of(block, data_field))
        .append(R"(,"transient":true})")
        .append("\n");
  } else {
    return;
  }
  if (const auto id = field_of(block, id_field); !id.empty())
    out.append(id_field).append(id).append("\n");
  out += '\n';
}

// The first block with its blank line, or one comment.
std::string_view first_of(std::string_view blocks) {
  if (blocks.starts_with(":\n")) return blocks.substr(0, 2);
  const std::size_t end = blocks.find("\n\n");
  assert(end != blocks.npos);  // whole blocks only
  return blocks.substr(0, end + 2);
}

}  // namespace

void append_ui_messages(std::string& out, std::string_view blocks) {
  while (!blocks.empty()) {
    const std::string_view block = first_of(blocks);
    blocks.remove_prefix(block.size());
    // The name is the first line of a block that has one.
    if (block.starts_with(control))
      append_control(out, block);
    else
      out.append(block);
  }
}

}  // namespace sidestream
