// Publishes to the bare server: the bytes for its subscribers, framed here. A block is a length of
// four bytes and what one wake sends.

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "tests/perf/bench/load/outlet.hpp"
#include "tests/perf/bench/load/stamp.hpp"

namespace bench {
namespace {

class BlockOutlet final : public Outlet {
 public:
  explicit BlockOutlet(const OutletOptions& options)
      : size_(options.size), fd_(connect_to(options.server)) {}
  ~BlockOutlet() override { close(fd_); }

  // The frame that Sidestream's subscribers get, so that both send the same number of bytes.
  void put(std::int64_t due_ns) override {
    const std::string frame = "data: " + event_data({0, sequence_, due_ns}, size_) +
                              "\nid: " + std::to_string(1'700'000'000'000'000 + sequence_) + "\n\n";
    char head[16];
    snprintf(head, sizeof head, "%zx\r\n", frame.size());
    block_ += head + frame + "\r\n";
    ++sequence_;
  }

  void flush() override {
    const auto size = static_cast<std::uint32_t>(block_.size());
    std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
    bytes += block_;
    block_.clear();
    for (std::size_t sent = 0; sent < bytes.size();) {
      const ssize_t n = send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n < 0) throw std::runtime_error(std::string("can't publish: ") + strerror(errno));
      sent += static_cast<std::size_t>(n);
    }
  }

  void serve(std::int64_t until_ns, int bell) override { wait_until(until_ns, bell); }
  std::uint64_t waiting() const override { return 0; }
  std::uint64_t refused() const override { return 0; }

 private:
  std::size_t size_;
  int fd_;
  std::uint32_t sequence_ = 0;
  std::string block_;
};

}  // namespace

std::unique_ptr<Outlet> make_block_outlet(const OutletOptions& options) {
  return std::make_unique<BlockOutlet>(options);
}

}  // namespace bench
