#pragma once
// A way to publish: by POST, to the bare server, to Kafka.
//
// Thread: the publisher's. Errors: std::runtime_error; a refused event is counted.

#include <netinet/in.h>

#include <cstdint>
#include <memory>
#include <string>

namespace bench {

struct OutletOptions {
  std::string kind;  // post, block or kafka
  sockaddr_in server{};
  std::string path;        // post: where to; kafka: the topic
  std::string bootstrap;   // kafka
  std::size_t size = 100;  // of an event's data
  std::uint32_t connections =
      1;                   // post: at most so many at once, each for itself; kafka: partitions
  std::uint32_t keys = 0;  // post: that many keys in turn, a multiple of the connections; 0: none
  bool json = false;       // data is {"v":"..."}
};

class Outlet {
 public:
  virtual ~Outlet() = default;
  // Hands over an event that was due at this time. Each connection (partition) is a publisher of
  // its own.
  virtual void put(std::int64_t due_ns) = 0;
  // The events since the last call belong together.
  virtual void flush() = 0;
  // Does what is to be done until then, or until `bell` is readable.
  virtual void serve(std::int64_t until_ns, int bell) = 0;
  // Handed over and not acknowledged.
  virtual std::uint64_t waiting() const = 0;
  virtual std::uint64_t refused() const = 0;
};

std::unique_ptr<Outlet> make_post_outlet(const OutletOptions& options);
std::unique_ptr<Outlet> make_block_outlet(const OutletOptions& options);
std::unique_ptr<Outlet> make_kafka_outlet(const OutletOptions& options);

// Waits until then, or until the descriptor is readable; to the microsecond.
void wait_until(std::int64_t until_ns, int fd);
int connect_to(const sockaddr_in& server);

}  // namespace bench
