#pragma once
// Resolves names, and connects non-blocking sockets to the addresses.
//
// Thread: one at a time. resolve() blocks as long as the system's resolver does.

#include <netdb.h>

#include <memory>
#include <string>
#include <vector>

#include "connectors/redis/redis_options.hpp"

namespace sidestream::redis {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// The addresses of a server. Each is tried once.
class Addresses {
 public:
  // Queries the resolver. False: see error().
  bool resolve(const RedisOptions& options);
  // A socket that is connecting to the next address; -1: see error(). Requires: any_left().
  int connect_next();
  bool any_left() const { return next_ != nullptr; }
  const std::string& error() const { return error_; }

 private:
  std::unique_ptr<addrinfo, FreeAddresses> list_;
  const addrinfo* next_ = nullptr;
  std::string error_;
};

// The result of connecting, once the socket is writable. Empty: connected.
std::string connect_error(int socket);

}  // namespace sidestream::redis
