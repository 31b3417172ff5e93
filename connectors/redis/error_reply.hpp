#pragma once
// Classifies error replies of Redis. Pure.

#include <string_view>

#include "sidecar/base/error.hpp"

namespace sidestream::redis {

enum class ErrorKind {
  refused,      // wrong type, no permission, read-only, out of memory: this request, for now
  temporary,    // loading, a long-running script, a replica without its master
  unsuitable,   // this server can't be used: a node of a Redis Cluster
  credentials,  // wrong user name or password
};

ErrorKind classify(std::string_view error);

// For a publish answered with an error, which was therefore not written.
Errc publish_error(std::string_view error);

}  // namespace sidestream::redis
