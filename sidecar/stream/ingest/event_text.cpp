#include "sidecar/stream/ingest/event_text.hpp"

#include <algorithm>
#include <iterator>

#include "sidecar/stream/ingest/envelope.hpp"
#include "sidecar/stream/ingest/utf8.hpp"

namespace sidestream {
namespace {

constexpr std::string_view delete_name = "delete";

// Inline: it is called for every record.
[[gnu::always_inline]] inline std::string_view event_of(const Record& record,
                                                        const TopicSettings& topic) {
  if (!record.value) return delete_name;
  if (!record.event.empty()) return record.event;
  if (topic.event_header.empty()) return {};
  for (const Header& header : record.headers) {
    if (header.value && !header.value->empty() && header.name == topic.event_header)
      return *header.value;
  }
  return {};
}

bool is_forbidden(char c) { return c == '\r' || c == '\n' || c == '\0'; }

// The data of a delete event. A CR would become an LF on the way.
std::string key_data(std::string_view key) {
  return key.find('\r') == std::string_view::npos ? marked_text(key) : marked_base64(key);
}

// No encoding is shorter than this.
std::size_t least_size(const Record& record, const TopicSettings& topic) {
  const std::size_t value = record.value ? record.value->size() : 0;
  return value + (topic.envelope && record.key ? record.key->size() : 0);
}

}  // namespace

std::string_view own_event_name(const Record& record, const TopicSettings& topic) {
  return event_of(record, topic);
}

bool is_event_name(std::string_view name) {
  return std::none_of(name.begin(), name.end(), is_forbidden) && !name.starts_with("stream-") &&
         is_utf8(name);
}

EventText::EventText(const Record& record, const TopicSettings& topic, OffsetFormat format) {
  if (!record.value && topic.tombstone == Tombstone::skip) {
    verdict_ = Verdict::tombstone;
    return;
  }
  const bool oversized = least_size(record, topic) > topic.max_event;
  const bool skips = topic.invalid_utf8 == InvalidUtf8::skip;
  // A record that is surely too large is not looked through.
  const bool is_text = !record.value || (oversized && !skips) || is_utf8(*record.value);
  if (!is_text && skips) {
    verdict_ = Verdict::not_utf8;
    return;
  }
  if (!oversized) {
    const std::string_view event = event_of(record, topic);
    set_name(event, topic);
    set_data(record, event, is_text, topic, format);
  }
  if (oversized || name_.size() + data_.size() > topic.max_event) verdict_ = Verdict::too_large;
}

void EventText::set_name(std::string_view event, const TopicSettings& topic) {
  name_ = event.empty() ? std::string_view(topic.event_name) : event;
  if (event.empty() || is_event_name(event)) return;
  altered_ = true;
  std::remove_copy_if(event.begin(), event.end(), std::back_inserter(own_name_), is_forbidden);
  const bool usable = !own_name_.empty() && is_event_name(own_name_);
  name_ = usable ? own_name_ : topic.event_name;
}

void EventText::set_data(const Record& record, std::string_view event, bool is_text,
                         const TopicSettings& topic, OffsetFormat format) {
  const bool replaces = topic.invalid_utf8 == InvalidUtf8::replace;
  if (topic.envelope) {
    EnvelopeValue value{record.value, !is_text && !replaces};
    std::string replaced;
    if (!is_text && replaces) {
      replaced = replace_invalid(*record.value);
      value.bytes = replaced;
    }
    own_data_ = envelope(record, event, value, topic.name, format);
  } else if (!record.value) {
    own_data_ = record.key ? key_data(*record.key) : std::string();
  } else if (!is_text) {
    own_data_ = replaces ? replace_invalid(*record.value) : base64(*record.value);
  } else {
    data_ = *record.value;
    return;
  }
  data_ = own_data_;
}

bool fits_max_event(const Message& message, const TopicSettings& topic, OffsetFormat format) {
  // JSON grows a byte sixfold at most ("\u0000").
  const std::size_t bytes =
      message.value.size() + message.event.size() + (message.key ? message.key->size() : 0);
  if (bytes * 6 + 1024 <= topic.max_event) return true;
  constexpr std::int64_t ms = 9'999'999'999'999;
  Record record;
  record.offset = format == OffsetFormat::entry ? Offset::of_entry(ms, 9999)
                                                : Offset::of(9'999'999'999'999'999);
  record.timestamp = Timestamp(std::chrono::milliseconds(ms));
  record.value = message.value;
  if (message.key) record.key = *message.key;
  const Header header{topic.event_header, message.event};
  if (topic.event_header.empty()) {
    record.event = message.event;
  } else if (!message.event.empty()) {
    record.headers = std::span(&header, 1);
  }
  return EventText(record, topic, format).verdict() != EventText::Verdict::too_large;
}

}  // namespace sidestream
