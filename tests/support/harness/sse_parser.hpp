#pragma once
// A strict incremental parser of event streams. Browsers forgive much; this one forgives nothing
// that the server promises: LF only, valid UTF-8, no BOM first, a heartbeat is `:` LF between
// blocks, each block has data, fields stand in the order retry, event, data, id, and ids keep to
// their alphabet.
//
// Thread: one at a time. Errors: WireError at the first block that breaks a rule.
// Fast enough to check some million events a second: it works on whole blocks and copies only data
// of several lines.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/harness/socket.hpp"

namespace e2e {

// One event; views are valid during the call that hands it over.
struct EventView {
  std::string_view name;  // empty: none, i.e. "message"
  std::string_view data;
  std::optional<std::string_view> id;
  std::optional<std::uint32_t> retry;
};

class SseParser {
 public:
  // Sink: on_event(const EventView&), on_heartbeat().
  template <class Sink>
  void feed(std::string_view body, Sink& sink) {
    accept(body);
    while (start_ < buffer_.size()) {
      if (buffer_[start_] == ':') {
        if (!heartbeat()) break;
        sink.on_heartbeat();
      } else {
        const auto end = block_end();
        if (end == std::string::npos) break;
        sink.on_event(block(std::string_view(buffer_).substr(start_, end + 1 - start_)));
        start_ = searched_ = end + 2;
      }
    }
    compact();
  }

  // Whether everything so far was whole blocks and comments.
  bool between_blocks() const { return start_ == buffer_.size(); }
  // What is left of a block that has been cut.
  std::string_view rest() const { return std::string_view(buffer_).substr(start_); }

 private:
  void accept(std::string_view body);
  bool heartbeat();
  std::size_t block_end();
  EventView block(std::string_view lines);
  void field(std::string_view name, std::string_view value, EventView& event);
  void compact();

  std::string buffer_;
  std::string joined_;
  std::size_t start_ = 0;     // of the block that is not whole yet
  std::size_t searched_ = 0;  // no block end begins before this
  std::uint64_t accepted_ = 0;
  int stage_ = 0;  // how far the order of fields has come
  int data_lines_ = 0;
};

// Whether an id may stand on the wire.
bool well_formed_id(std::string_view id);

}  // namespace e2e
