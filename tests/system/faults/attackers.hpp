#pragma once
// Strangers who come from an address of their own and flood the sidecars. Each connection sends the
// beginning of something, never reads, and leaves after a while or when it is closed.
//
// Thread: the connections live on a thread of their own; all functions may be called from any other.

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/harness/socket.hpp"
#include "tests/support/harness/socket_loop.hpp"

namespace e2e::faults {

enum class Attack {
  none,
  heads,   // half of a head
  bodies,  // a part of a body
  tails,   // `tail=` seeks whose clients leave
  names,   // streams of a template, each of another name
  bytes,   // one byte
};
constexpr int attacks = 6;
const char* name_of(Attack attack);

class Attackers {
 public:
  // `names`: how many there are of a template.
  Attackers(std::vector<Address> sidecars, std::uint64_t names);
  ~Attackers();

  // Ends what went on before. `none` ends it only.
  void change_to(Attack attack);
  std::int64_t connections() const { return connections_; }

 private:
  class Connection;
  struct Shape {
    std::size_t window;     // connections at once
    Clock::duration stay;   // of each
    const char* beginning;  // what it sends; empty: one that names() makes
  };
  static const Shape& shape_of(Attack attack);

  bool tend();
  void open_one(const Shape& shape);
  std::string text_for(const Shape& shape);

  const std::vector<Address> sidecars_;
  Attack attack_ = Attack::none;  // the loop's, as what follows
  std::mt19937 random_{5};
  const std::uint64_t names_;
  std::uint64_t next_name_ = 0;
  std::vector<std::unique_ptr<Connection>> open_;
  std::atomic<std::int64_t> connections_{0};
  SocketLoop loop_;  // ends first
};

}  // namespace e2e::faults
