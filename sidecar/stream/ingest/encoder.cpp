#include "sidecar/stream/ingest/encoder.hpp"

#include <openssl/evp.h>
#include <simdjson.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>

#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {
namespace {

namespace json = boost::json;

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::int64_t to_ms(Timestamp time) { return time.time_since_epoch().count(); }

// U+FFFD for every byte that is not part of a valid sequence.
std::string replace_invalid(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t take = std::min<std::size_t>(4, text.size());
    while (take > 0 && !is_utf8(text.substr(0, take))) --take;
    if (take == 0) {
      out += "\xEF\xBF\xBD";
      take = 1;
    } else {
      out.append(text.substr(0, take));
    }
    text.remove_prefix(take);
  }
  return out;
}

json::string to_text(std::string_view bytes) {
  return json::string(is_utf8(bytes) ? std::string(bytes) : base64(bytes));
}

std::string_view event_of(const Record& record, const std::string& header_name) {
  if (!record.event.empty()) return record.event;
  for (const Header& header : record.headers) {
    if (header.value && header.name == header_name) return *header.value;
  }
  return {};
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

void append_data_lines(std::string& out, std::string_view text) {
  // Each is looked for by itself: find_first_of() would look at every character by a call.
  std::size_t begin = 0;
  std::size_t lf = text.find('\n');
  std::size_t cr = text.find('\r');
  while (true) {
    const std::size_t end = std::min(lf, cr);
    out.append("data: ").append(text.substr(begin, end - begin)).append("\n");
    if (end == std::string_view::npos) return;
    begin = end + (end == cr && lf == cr + 1 ? 2 : 1);
    if (lf < begin) lf = text.find('\n', begin);
    if (cr < begin) cr = text.find('\r', begin);
  }
}

bool is_event_name(std::string_view name) {
  const bool plain = name.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
  return plain && name.substr(0, 7) != "stream-" && is_utf8(name);
}

void Encoder::append_event_name(const Record& record, std::string& out) const {
  const std::string_view name = event_of(record, topic_.event_header);
  if (name.empty()) return;
  if (is_event_name(name)) {
    out.append("event: ").append(name).append("\n");
    return;
  }
  probe_.names_altered.add();
  std::string kept;
  std::copy_if(name.begin(), name.end(), std::back_inserter(kept),
               [](char c) { return c != '\r' && c != '\n' && c != '\0'; });
  if (!kept.empty() && is_event_name(kept)) out.append("event: ").append(kept).append("\n");
}

std::string Encoder::envelope(const Record& record, std::string_view event) const {
  json::object o{{"topic", topic_.name},
                 {"partition", record.partition},
                 {"id", format_offset(format_, record.offset)},
                 {"timestamp", to_ms(record.timestamp)},
                 {"event", nullptr},
                 {"key", nullptr}};
  if (!event.empty()) o["event"] = to_text(event);
  if (record.key) o["key"] = to_text(*record.key);
  json::object headers;
  for (const Header& header : record.headers) {
    headers[to_text(header.name)] =
        header.value ? json::value(to_text(*header.value)) : json::value(nullptr);
  }
  o["headers"] = std::move(headers);
  o["value"] = nullptr;
  if (record.value) {
    const bool text = is_utf8(*record.value);
    o["value"] = to_text(*record.value);
    if (!text) o["encoding"] = "base64";
  }
  return json::serialize(o);
}

void Encoder::encode_value(const Record& record, std::string_view value, EncodedBatch& out) const {
  if (topic_.envelope) {
    const std::string text = envelope(record, event_of(record, topic_.event_header));
    append_event_name(record, out.out());
    append_data_lines(out.out(), text);
    return out.add(FrameKind::record, record.partition, record.offset, to_ms(record.timestamp));
  }
  std::string changed;
  if (!is_utf8(value)) {
    if (topic_.invalid_utf8 == InvalidUtf8::skip) {
      probe_.skip(SkipReason::not_utf8);
      return out.add(FrameKind::skip, record.partition, record.offset, 0);
    }
    changed = topic_.invalid_utf8 == InvalidUtf8::base64 ? base64(value) : replace_invalid(value);
    value = changed;
  }
  append_event_name(record, out.out());
  append_data_lines(out.out(), value);
  out.add(FrameKind::record, record.partition, record.offset, to_ms(record.timestamp));
}

void Encoder::encode(const Record& record, EncodedBatch& out) const {
  if (record.value && record.value->size() > topic_.max_event) {
    probe_.skip(SkipReason::too_large);
    append_gap(out.out(), topic_.name, GapReason::too_large, format_,
               {{record.partition, record.offset.previous(), record.offset.next(), 1, true}});
    return out.add(FrameKind::unsendable, record.partition, record.offset, to_ms(record.timestamp));
  }
  if (record.value) return encode_value(record, *record.value, out);
  if (topic_.tombstone == Tombstone::skip) {
    probe_.skip(SkipReason::tombstone);
    return out.add(FrameKind::skip, record.partition, record.offset, 0);
  }
  out.out().append("event: delete\n");
  append_data_lines(out.out(), topic_.envelope ? envelope(record, "delete")
                               : record.key    ? std::string(to_text(*record.key))
                                               : std::string());
  out.add(FrameKind::record, record.partition, record.offset, to_ms(record.timestamp));
}

}  // namespace sidestream
