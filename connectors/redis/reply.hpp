#pragma once
// Answers of Redis as trees, and the parser that makes them of bytes (hiredis's; no I/O here).
//
// Thread: one at a time.

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

// Of strings, states and errors; empty for everything else. Views the reply.
inline std::string_view text_of(const redisReply& reply) {
  return reply.str ? std::string_view(reply.str, reply.len) : std::string_view();
}

// Of arrays; empty for everything else. Views the reply.
inline std::span<redisReply* const> elements_of(const redisReply& reply) {
  if (!is_array(reply)) return {};
  return {reply.element, reply.elements};
}

// Bytes in, answers out.
class ReplyReader {
 public:
  ReplyReader();

  void feed(std::string_view bytes);
  // The next whole answer; null where more bytes are needed or the bytes make no sense (error()).
  Reply next();
  // What made no sense; empty: nothing. A reader with an error stays so.
  std::string error() const;

 private:
  struct Free {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };
  std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace sidestream::redis
