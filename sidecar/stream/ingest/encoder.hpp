#pragma once
// What a record becomes: event and data lines (design: frames, what a record becomes). Pure.
//
// Thread: one thread at a time for each object.
// Guarantees: LF only; no CR, LF or NUL in an event name; data is valid UTF-8; a record that can't
// be sent becomes a gap frame (too large) or a mark (skipped by policy), is counted, and moves the
// position.

#include <string>
#include <string_view>

#include "connectors/record.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/log/encoded_batch.hpp"

namespace sidestream {

class Encoder {
 public:
  // Borrows both.
  Encoder(const TopicSettings& topic, OffsetFormat format, TopicProbe& probe)
      : topic_(topic), format_(format), probe_(probe) {}

  void encode(const Record& record, EncodedBatch& out) const;

 private:
  void encode_value(const Record& record, std::string_view value, EncodedBatch& out) const;
  void append_event_name(const Record& record, std::string& out) const;
  std::string envelope(const Record& record, std::string_view event) const;

  const TopicSettings& topic_;
  OffsetFormat format_;
  TopicProbe& probe_;
};

// Each CR, LF and CRLF in `text` starts a new data: line.
void append_data_lines(std::string& out, std::string_view text);

// Whether a client may see it as an event's name: no CR, LF, NUL, valid UTF-8, not one of ours
// (`stream-...`).
bool is_event_name(std::string_view name);

std::string base64(std::string_view bytes);

}  // namespace sidestream
