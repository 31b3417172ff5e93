#include "sidecar/stream/dialect/ndjson.hpp"

#include <boost/json/serializer.hpp>
#include <cassert>

#include "sidecar/stream/dialect/data_lines.hpp"

namespace sidestream {
namespace {

namespace json = boost::json;

constexpr std::string_view id_start = R"({"id":")";
constexpr std::string_view event_start = R"("event":")";

// The fields of one block.
struct Block {
  std::string_view event;
  std::string_view id;
  std::string_view retry;
  DataReader data;

  void take(std::string_view line) {
    if (data.take(line)) return;
    const std::size_t colon = line.find(": ");
    if (colon == line.npos) return;
    const std::string_view name = line.substr(0, colon), value = line.substr(colon + 2);
    if (name == "event") event = value;
    if (name == "id") id = value;
    if (name == "retry") retry = value;
  }
  void clear() {
    event = id = retry = {};
    data.clear();
  }
};

void append_string(std::string& out, std::string_view text) {
  json::serializer serializer;
  serializer.reset(json::string_view(text.data(), text.size()));
  char buffer[4096];
  while (!serializer.done()) {
    const auto part = serializer.read(buffer, sizeof(buffer));
    out.append(part.data(), part.size());
  }
}

void append_line(std::string& out, const Block& block) {
  out += '{';
  if (!block.id.empty()) {
    out += R"("id":)";
    append_string(out, block.id);
    out += ',';
  }
  out += R"("event":)";
  append_string(out, block.event.empty() ? "message" : block.event);
  if (!block.retry.empty()) out.append(R"(,"retry":)").append(block.retry);
  out += R"(,"data":)";
  append_string(out, block.data.text());
  out += "}\n";
}

std::string_view until_quote(std::string_view text) { return text.substr(0, text.find('"')); }

}  // namespace

void append_ndjson(std::string& out, std::string_view blocks, std::string_view breaks) {
  Block block;
  block.data.set_breaks(breaks);
  while (!blocks.empty()) {
    const std::size_t end = blocks.find('\n');
    assert(end != blocks.npos);  // whole blocks only
    const std::string_view line = blocks.substr(0, end);
    blocks.remove_prefix(end + 1);
    if (line == ":") {
      out += '\n';
    } else if (!line.empty()) {
      block.take(line);
    } else {
      if (block.data.has_data()) append_line(out, block);
      block.clear();
    }
  }
}

NdjsonHead read_ndjson_head(std::string_view line) {
  NdjsonHead head;
  if (line.starts_with(id_start)) {
    head.id = until_quote(line.substr(id_start.size()));
    line.remove_prefix(id_start.size() + head.id.size() + 2);
  } else {
    line.remove_prefix(1);
  }
  assert(line.starts_with(event_start));
  head.event = until_quote(line.substr(event_start.size()));
  return head;
}

}  // namespace sidestream
