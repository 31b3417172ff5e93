#pragma once
// Extracts the tags of a record: the values of its topic's fields. The value of a record is parsed
// once, however many fields and filters look at it.
//
//   key         the record's key; Redis: the entry's field that the topic names
//   event       the record's event name as the topic defines it; the topic's own if it has none
//   header.NAME the last header of that name; Redis: the entry's field
//   json./...   a text, number or boolean in the value; numbers as they are written
//
// Nothing else is a value: null, objects, lists, what is absent, and what is not JSON.
//
// Thread: any; it keeps nothing between calls.
// Borrows: the topic's settings and fields.

#include <optional>
#include <string>
#include <string_view>

#include "connectors/record.hpp"
#include "sidecar/stream/filter/topic_fields.hpp"

namespace sidestream {

class Tagger {
 public:
  Tagger(const TopicSettings& topic, const TopicFields& fields, OffsetFormat format)
      : topic_(topic), fields_(fields), format_(format) {}

  bool has_fields() const { return !fields_.empty(); }
  // Appends the tags of `record`. Without `parses`, the values of json fields are unknown.
  void append(const Record& record, bool parses, std::string& out) const;

 private:
  std::optional<std::string_view> plain_value(const FieldName& field, const Record& record) const;

  const TopicSettings& topic_;
  const TopicFields& fields_;
  OffsetFormat format_;
};

// The value of an entry's field (Redis), wherever the connector has put it. Absent: no such field.
std::optional<std::string_view> entry_field(const Record& record, std::string_view name);

}  // namespace sidestream
