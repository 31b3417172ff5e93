#pragma once
// What an error answer of Redis means for us. Pure.

#include <string_view>

#include "sidecar/base/error.hpp"

namespace sidestream::redis {

enum class ErrorKind {
  refused,      // wrong type, no permission, read-only, out of memory: asking again changes nothing
                // soon
  passing,      // loading, a script that runs too long, a replica without its master
  unsuitable,   // this server can't be used: a node of a Redis Cluster
  credentials,  // user or password
};

ErrorKind classify(std::string_view error);

// Of a publish that was answered with an error, so certainly not written.
Errc publish_error(std::string_view error);

}  // namespace sidestream::redis
