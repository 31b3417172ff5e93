#include "connectors/redis/reply.hpp"

#include <new>

namespace sidestream::redis {
namespace {

// hiredis reserves the pointers of an array as soon as its size has arrived.
constexpr std::size_t elements_max = 1 << 24;

const redisReplyObjectFunctions& plain_functions() {
  static const auto functions = [] {
    const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader(redisReaderCreate(),
                                                                          redisReaderFree);
    if (!reader) throw std::bad_alloc();
    return *reader->fn;
  }();
  return functions;
}

// The type of `elements` depends on the version of hiredis. Null makes it an error of the reader.
template <class Count>
void* create_array(const redisReadTask* task, Count elements) {
  if (static_cast<std::size_t>(elements) > elements_max) return nullptr;
  return plain_functions().createArray(task, elements);
}

redisReplyObjectFunctions& bounded_functions() {
  static auto functions = [] {
    auto bounded = plain_functions();
    bounded.createArray = create_array;
    return bounded;
  }();
  return functions;
}

}  // namespace

ReplyReader::ReplyReader() : reader_(redisReaderCreateWithFunctions(&bounded_functions())) {
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
