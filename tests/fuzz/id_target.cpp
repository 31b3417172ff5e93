// Event ids as a client sends them: of one log, and of several topics.

#include <string>

#include "sidecar/stream/id/event_id.hpp"
#include "tests/fuzz/check.hpp"

namespace fuzz {
namespace {

using sidestream::OffsetFormat;

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-";

void check_position(OffsetFormat format, std::string_view text) {
  const auto parsed = sidestream::parse_position(format, text);
  if (!parsed.position) return;
  require(!parsed.position->empty(), "a position has a partition", text);
  const auto written = sidestream::format_position(format, *parsed.position);
  require(written.find_first_not_of(alphabet) == std::string::npos, "an id is in the alphabet",
          written);
  const auto again = sidestream::parse_position(format, written);
  require(again.position == parsed.position, "an id that we write reads as the same position",
          text);
}

void check_composite(std::string_view text) {
  const auto parts = sidestream::parse_composite(text);
  require(!parts || sidestream::is_composite(text), "parts are of a composite id", text);
  if (!parts) return;
  std::string written;
  for (const auto& [topic, id] : *parts) {
    require(sidestream::id_part(text, topic).data() != nullptr, "each topic has its part", text);
    sidestream::append_composite(written, topic, id);
  }
  require(sidestream::parse_composite(written) == parts, "the parts make the same id", text);
}

}  // namespace

void check_event_ids(Input input) {
  const std::string text(input.rest());
  check_position(OffsetFormat::integer, text);
  check_position(OffsetFormat::entry, text);
  check_composite(text);
}

}  // namespace fuzz
