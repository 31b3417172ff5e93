#include "sidecar/stream/filter/stream_filter.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>

namespace sidestream {
namespace {

static_assert(tag_bytes_max <= UINT16_MAX);

void append_number(std::string& out, std::size_t number) {
  const auto two_bytes = static_cast<std::uint16_t>(number);
  out.append(reinterpret_cast<const char*>(&two_bytes), sizeof two_bytes);
}

// Reads what append_number() and append() wrote.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }
  std::uint16_t number() {
    std::uint16_t number = 0;
    std::memcpy(&number, rest_.data(), sizeof number);
    rest_.remove_prefix(sizeof number);
    return number;
  }
  std::string_view text() {
    const std::size_t size = number();
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

 private:
  std::string_view rest_;
};

// The value of a field of the tags.
FieldTags::Value value_of(FieldTags tags, std::uint16_t field) {
  for (std::uint16_t i = 0; i < field; ++i) tags.next();
  return tags.next();
}

// One that is too long equals no tag.
void tidy(std::vector<std::string>& values) {
  std::erase_if(values, [](const std::string& value) { return value.size() > tag_bytes_max; });
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() > UINT16_MAX) values.resize(UINT16_MAX);
}

}  // namespace

StreamFilter::StreamFilter(std::vector<Condition> conditions) {
  assert(!conditions.empty());
  for (Condition& condition : conditions) tidy(condition.values);
  std::sort(conditions.begin(), conditions.end(), [](const Condition& a, const Condition& b) {
    return a.field != b.field ? a.field < b.field : a.values < b.values;
  });
  for (const Condition& condition : conditions) {
    append_number(bytes_, condition.field);
    append_number(bytes_, condition.values.size());
    for (const std::string& value : condition.values) {
      append_number(bytes_, value.size());
      bytes_.append(value);
    }
  }
  bytes_.shrink_to_fit();
}

bool StreamFilter::matches(FieldTags tags) const {
  for (Bytes bytes(bytes_); !bytes.done();) {
    const FieldTags::Value value = value_of(tags, bytes.number());
    bool holds = value.kind == FieldTags::Value::Kind::unknown;
    for (std::uint16_t values = bytes.number(); values > 0; --values) {
      const std::string_view wanted = bytes.text();
      holds = holds || (value.kind == FieldTags::Value::Kind::text && value.text == wanted);
    }
    if (!holds) return false;
  }
  return true;
}

std::vector<StreamFilter::ConditionView> StreamFilter::conditions() const {
  std::vector<ConditionView> all;
  for (Bytes bytes(bytes_); !bytes.done();) {
    ConditionView& condition = all.emplace_back();
    condition.field = bytes.number();
    for (std::uint16_t values = bytes.number(); values > 0; --values) {
      condition.values.push_back(bytes.text());
    }
  }
  return all;
}

bool StreamFilter::ConditionView::holds(FieldTags tags) const {
  const FieldTags::Value value = value_of(tags, field);
  if (value.kind == FieldTags::Value::Kind::unknown) return true;
  return value.kind == FieldTags::Value::Kind::text &&
         std::find(values.begin(), values.end(), value.text) != values.end();
}

}  // namespace sidestream
