#include "connectors/redis/stream_reply.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/redis/entry_id.hpp"

namespace sidestream::redis {
namespace {

std::string to_json(std::span<redisReply* const> fields) {
  boost::json::object object;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    object[text_of(*fields[i])] = text_of(*fields[i + 1]);
  }
  return boost::json::serialize(object);
}

}  // namespace

bool EntryBatch::decode(const redisReply& list) {
  *this = EntryBatch();
  if (!is_array(list)) return false;
  records_.reserve(list.elements);
  for (const auto* entry : elements_of(list)) {
    if (!decode_entry(*entry)) return false;
  }
  bind_headers();
  return true;
}

// An id that a producer made up may be beyond all dates.
Timestamp EntryBatch::time_of(Offset id) {
  constexpr std::uint64_t year_9999_ends = 253'402'300'799'999;
  if (id.entry_ms() > year_9999_ends) return {};
  return Timestamp(std::chrono::milliseconds(id.entry_ms()));
}

bool EntryBatch::decode_entry(const redisReply& entry) {
  const auto parts = elements_of(entry);
  if (parts.size() != 2 || !is_array(*parts[1])) return false;
  const auto id = parse_entry_id(text_of(*parts[0]));
  if (!id) return false;
  Record record;
  record.offset = *id;
  record.timestamp = time_of(*id);
  decode_fields(elements_of(*parts[1]), record);
  records_.push_back(record);
  return true;
}

void EntryBatch::decode_fields(std::span<redisReply* const> fields, Record& record) {
  const auto headers_before = headers_.size();
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const auto name = text_of(*fields[i]);
    const auto value = text_of(*fields[i + 1]);
    bytes_ += name.size() + value.size();
    if (name == "data") {
      record.value = value;
    } else if (name == "event") {
      record.event = value;
    } else if (name == "key") {
      record.key = value;
    } else {
      headers_.push_back({name, value});
    }
  }
  header_counts_.push_back(headers_.size() - headers_before);
  if (!record.value) record.value = json_values_.emplace_back(to_json(fields));
}

// Runs after the last entry: headers_ may have been reallocated while it grew.
void EntryBatch::bind_headers() {
  std::size_t start = 0;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    records_[i].headers = std::span(headers_).subspan(start, header_counts_[i]);
    start += header_counts_[i];
  }
}

}  // namespace sidestream::redis
