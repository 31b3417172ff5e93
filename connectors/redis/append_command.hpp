#pragma once
// The command that appends a message, and what its reply says. Pure.
//
// A message is an XADD. One that is appended once (Message::once) is a script, which keeps its
// content and its entry id under the key `<log>:once:<name>` for that time. Redis runs a script as a
// whole, so all processes agree. Users with an ACL need EVAL, GET, SET and that key besides XADD.

#include <hiredis/hiredis.h>

#include <string>

#include "connectors/connector.hpp"

namespace sidestream::redis {

std::string format_append(const std::string& log, const Message& message);
PublishResult read_append_reply(const redisReply& reply);

}  // namespace sidestream::redis
