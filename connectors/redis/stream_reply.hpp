#pragma once
// Decodes the reply to XRANGE, a list of entries, into records. Pure.
//
// Field `data` is the value, `event` the event name, `key` the key. Other fields are headers. The
// value of an entry without `data` is a JSON object of all its fields (the last one, if a name
// repeats), so streams written for other programs are readable. The timestamp is that of the id.

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "connectors/record.hpp"
#include "connectors/redis/reply.hpp"

namespace sidestream::redis {

// Borrows: the records view the reply and the batch.
class EntryBatch {
 public:
  // Replaces the batch. False: `list` is not a list of entries.
  bool decode(const redisReply& list);

  std::span<const Record> records() const { return records_; }
  std::size_t bytes() const { return bytes_; }  // of all fields in the reply

 private:
  bool decode_entry(const redisReply& entry);
  static Timestamp time_of(Offset id);
  void decode_fields(std::span<redisReply* const> fields, Record& record);
  void bind_headers();

  std::vector<Record> records_;
  std::vector<Header> headers_;             // of all records, in order
  std::vector<std::size_t> header_counts_;  // by record
  std::deque<std::string> json_values_;
  std::size_t bytes_ = 0;
};

}  // namespace sidestream::redis
