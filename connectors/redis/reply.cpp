#include "connectors/redis/reply.hpp"

#include <new>

namespace sidestream::redis {

ReplyReader::ReplyReader() : reader_(redisReaderCreate()) {
  if (!reader_) throw std::bad_alloc();
}

void ReplyReader::feed(std::string_view bytes) {
  redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

Reply ReplyReader::next() {
  void* reply = nullptr;
  if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) return nullptr;
  return Reply(static_cast<redisReply*>(reply));
}

std::string ReplyReader::error() const {
  return reader_->err == 0 ? std::string() : std::string(reader_->errstr);
}

}  // namespace sidestream::redis
