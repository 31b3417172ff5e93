// Publishes by POST over a few keep-alive connections, one request at a time on each.

#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <vector>

#include "tests/perf/bench/load/outlet.hpp"
#include "tests/perf/bench/load/stamp.hpp"

namespace bench {
namespace {

class PostOutlet final : public Outlet {
 public:
  explicit PostOutlet(const OutletOptions& options) : options_(options) {
    head_ = " HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain\r\nContent-Length: " +
            std::to_string(std::max(options.size, stamp_size)) + "\r\n\r\n";
    for (std::uint32_t i = 0; i < options.connections; ++i) {
      lines_.push_back({connect_to(options.server), i});
      polls_.push_back({lines_.back().fd, POLLIN, 0});
    }
    polls_.push_back({-1, POLLIN, 0});
  }
  ~PostOutlet() override {
    for (const Line& line : lines_) close(line.fd);
  }

  void put(std::int64_t due_ns) override { due_.push_back(due_ns); }
  void flush() override { assign(); }
  std::uint64_t waiting() const override { return due_.size() + busy_; }
  std::uint64_t refused() const override { return refused_; }

  void serve(std::int64_t until_ns, int bell) override {
    polls_.back() = {bell, POLLIN, 0};
    do {
      assign();
      const std::int64_t left = std::max<std::int64_t>(until_ns - now_ns(), 0);
      const timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
      if (ppoll(polls_.data(), polls_.size(), &timeout, nullptr) <= 0) continue;
      for (std::size_t i = 0; i < lines_.size(); ++i)
        if (polls_[i].revents != 0) receive(lines_[i]);
      if (polls_.back().revents != 0) break;
    } while (now_ns() < until_ns);
    assign();
  }

 private:
  struct Line {
    int fd;
    std::uint32_t publisher;
    std::uint32_t sequence = 0;
    bool busy = false;
    std::string answer = {};
  };

  void assign() {
    for (Line& line : lines_) {
      if (due_.empty()) return;
      if (line.busy) continue;
      const std::string request =
          target(line) + head_ +
          event_data({line.publisher, line.sequence++, due_.front()}, options_.size);
      due_.pop_front();
      if (send(line.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(request.size()))
        throw std::runtime_error(std::string("can't publish: ") + strerror(errno));
      line.busy = true;
      ++busy_;
    }
  }

  std::string target(const Line& line) const {
    std::string target = "POST " + options_.path;
    if (options_.keys == 0) return target;
    const std::uint64_t number = std::uint64_t{line.sequence} * options_.connections;
    return target + "?key=user-" + std::to_string((number + line.publisher) % options_.keys);
  }

  void receive(Line& line) {
    char bytes[4096];
    const ssize_t n = recv(line.fd, bytes, sizeof bytes, 0);
    if (n <= 0) throw std::runtime_error("the server has closed a publisher's connection");
    line.answer.append(bytes, static_cast<std::size_t>(n));
    const auto end = line.answer.find("\r\n\r\n");
    if (end == std::string::npos || line.answer.size() < end + 4 + body_size(line.answer)) return;
    if (line.answer.compare(0, 10, "HTTP/1.1 2") != 0) ++refused_;
    line.answer.clear();
    line.busy = false;
    --busy_;
  }

  static std::size_t body_size(const std::string& answer) {
    const char* found = strcasestr(answer.c_str(), "\r\ncontent-length:");
    return found ? strtoul(found + 17, nullptr, 10) : 0;
  }

  const OutletOptions options_;
  std::string head_;
  std::vector<Line> lines_;
  std::vector<pollfd> polls_;
  std::deque<std::int64_t> due_;
  std::uint64_t busy_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace

std::unique_ptr<Outlet> make_post_outlet(const OutletOptions& options) {
  return std::make_unique<PostOutlet>(options);
}

}  // namespace bench
