#pragma once
// Replies of Redis as trees, and the parser that builds them from bytes (hiredis's). No I/O.
//
// Thread: one at a time. Errors: std::bad_alloc.

#include <hiredis/hiredis.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sidestream::redis {

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

inline bool is_error(const redisReply& reply) { return reply.type == REDIS_REPLY_ERROR; }
inline bool is_array(const redisReply& reply) { return reply.type == REDIS_REPLY_ARRAY; }
inline bool is_integer(const redisReply& reply) { return reply.type == REDIS_REPLY_INTEGER; }

// The text of a string, status or error; empty for other types. Views the reply.
inline std::string_view text_of(const redisReply& reply) {
  return reply.str ? std::string_view(reply.str, reply.len) : std::string_view();
}

// The elements of an array; empty for other types. Views the reply.
inline std::span<redisReply* const> elements_of(const redisReply& reply) {
  if (!is_array(reply)) return {};
  return {reply.element, reply.elements};
}

// Bytes in, replies out. An array of more than 16 million elements is an error.
class ReplyReader {
 public:
  ReplyReader();

  void feed(std::string_view bytes);
  // The next complete reply; null if more bytes are needed or the bytes are invalid (see error()).
  Reply next();
  // The protocol error; empty: none. It is final.
  std::string error() const;

 private:
  struct Free {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };
  std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace sidestream::redis
