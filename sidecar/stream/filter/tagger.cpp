#include "sidecar/stream/filter/tagger.hpp"

#include <cstddef>
#include <vector>

#include "sidecar/stream/filter/field_tags.hpp"
#include "sidecar/stream/ingest/event_text.hpp"

namespace sidestream {
namespace {

std::optional<std::string_view> last_header(const Record& record, std::string_view name) {
  for (auto header = record.headers.rbegin(); header != record.headers.rend(); ++header) {
    if (header->name == name) return header->value;
  }
  return std::nullopt;
}

std::optional<std::string_view> none_if_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

std::optional<std::string_view> entry_field(const Record& record, std::string_view name) {
  if (name == "key") return record.key;
  if (name == "event") return none_if_empty(record.event);
  return last_header(record, name);
}

std::optional<std::string_view> Tagger::plain_value(const FieldName& field,
                                                    const Record& record) const {
  const bool is_entry = format_ == OffsetFormat::entry;
  switch (field.kind) {
    case FieldName::Kind::key:
      return is_entry && !topic_.key_field.empty() ? entry_field(record, topic_.key_field)
                                                   : record.key;
    case FieldName::Kind::event: {
      const std::string_view own = own_event_name(record, topic_);
      return none_if_empty(own.empty() ? std::string_view(topic_.event_name) : own);
    }
    case FieldName::Kind::header:
      return is_entry ? entry_field(record, field.name) : last_header(record, field.name);
    case FieldName::Kind::json:
      break;
  }
  return std::nullopt;
}

void Tagger::append(const Record& record, bool parses, std::string& out) const {
  std::vector<JsonValue> found;
  if (parses && record.value && !fields_.json_paths().empty()) {
    find_json_values(*record.value, fields_.json_paths(), found);
  }
  std::size_t json = 0;
  for (const FieldName& field : fields_.all()) {
    if (field.kind == FieldName::Kind::json) {
      const std::size_t i = json++;
      if (!parses) {
        FieldTags::append_unknown(out);
      } else if (i < found.size() && found[i].is_scalar()) {
        FieldTags::append_text(out, found[i].text);
      } else {
        FieldTags::append_none(out);
      }
    } else if (const auto value = plain_value(field, record)) {
      FieldTags::append_text(out, *value);
    } else {
      FieldTags::append_none(out);
    }
  }
}

}  // namespace sidestream
