#include "sidecar/stream/ingest/envelope.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/ingest/utf8.hpp"

namespace sidestream {
namespace {

namespace json = boost::json;

json::object to_json(std::span<const Header> headers) {
  json::object out;
  for (const Header& header : headers) {
    out[marked_text(header.name)] =
        header.value ? json::value(marked_text(*header.value)) : json::value(nullptr);
  }
  return out;
}

}  // namespace

std::string envelope(const Record& record, std::string_view event, const EnvelopeValue& value,
                     std::string_view topic, OffsetFormat format) {
  json::object o{{"topic", topic},
                 {"partition", record.partition},
                 {"id", format_offset(format, record.offset)},
                 {"timestamp", record.timestamp.time_since_epoch().count()},
                 {"event", nullptr},
                 {"key", nullptr}};
  if (!event.empty()) o["event"] = marked_text(event);
  if (record.key) o["key"] = marked_text(*record.key);
  o["headers"] = to_json(record.headers);
  o["value"] = nullptr;
  if (value.binary) {
    o["value"] = base64(*value.bytes);
    o["encoding"] = "base64";
  } else if (value.bytes) {
    o["value"] = *value.bytes;
  }
  return json::serialize(o);
}

}  // namespace sidestream
