#pragma once
// Workers of Redis: a consumer group on the questions' stream. The number of a piece is its entry
// id, so Redis refuses a piece that is there already.

#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/socket.hpp"
#include "tests/system/faults/ask/worker_link.hpp"

namespace e2e::faults {

std::unique_ptr<WorkerLink> make_redis_worker_link(const Address& server,
                                                   const std::string& questions,
                                                   const std::string& worker);
// All records of the questions' stream.
std::vector<QuestionRecord> read_redis_questions(const Address& server,
                                                 const std::string& questions);

}  // namespace e2e::faults
