#pragma once
// Names to addresses, addresses to sockets that are connecting.
//
// Thread: any. resolve() blocks as long as the system's resolver does.

#include <netdb.h>

#include <memory>
#include <string>
#include <vector>

#include "connectors/redis/redis_options.hpp"

namespace sidestream::redis {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// The addresses of a server, each to be tried once.
class Addresses {
 public:
  // Asks the resolver. On failure: false, and error() tells.
  bool resolve(const RedisOptions& options);
  // A non-blocking socket that is connecting to the next address; -1: none left, or error().
  int connect_next();
  bool any_left() const { return next_ != nullptr; }
  const std::string& error() const { return error_; }

 private:
  std::unique_ptr<addrinfo, FreeAddresses> list_;
  const addrinfo* next_ = nullptr;
  std::string error_;
};

// How the connecting ended: empty where it is connected.
std::string connect_error(int socket);

}  // namespace sidestream::redis
