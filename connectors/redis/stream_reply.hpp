#pragma once
// The answer of XRANGE (a list of entries) -> Records. Pure.
//
// Field `data` is the value, `event` the event name, `key` the key; the other fields are headers.
// An entry without `data` has as value a JSON object of all its fields (of two fields with one name
// the later), so a stream that knows nothing of Sidestream can be read as it is. The timestamp is
// that of the id.

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "connectors/record.hpp"
#include "connectors/redis/reply.hpp"

namespace sidestream::redis {

// Borrows: the records view the reply and the batch; both must stay.
class EntryBatch {
 public:
  // False: `list` is not a list of entries. Takes the place of what was decoded before.
  bool decode(const redisReply& list);

  std::span<const Record> records() const { return records_; }
  std::size_t bytes() const { return bytes_; }  // of all fields, as they came

 private:
  bool decode_entry(const redisReply& entry);
  void decode_fields(std::span<redisReply* const> fields, Record& record);
  void bind_headers();

  std::vector<Record> records_;
  std::vector<Header> headers_;             // of all records, in order
  std::vector<std::size_t> header_counts_;  // by record
  std::deque<std::string> made_;            // JSON values
  std::size_t bytes_ = 0;
};

}  // namespace sidestream::redis
