// A fault that is none would make every run a good one.

#include "tests/system/faults/link.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>

#include "tests/system/faults/wall_clock.hpp"

namespace e2e::faults {
namespace {

constexpr auto soon = 5s * patience;
constexpr auto a_moment = 100ms;

// Sends back what it gets, on one connection.
class Echo {
 public:
  Echo() {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    bind(listener_, reinterpret_cast<sockaddr*>(&here), size);
    listen(listener_, 1);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size);
    port_ = ntohs(here.sin_port);
    thread_ = std::thread([this] {
      const int fd = accept(listener_, nullptr, nullptr);
      char bytes[100];
      for (ssize_t n; (n = recv(fd, bytes, sizeof bytes, 0)) > 0;)
        send(fd, bytes, static_cast<std::size_t>(n), MSG_NOSIGNAL);
      close(fd);
    });
  }
  ~Echo() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  Address address() const { return {"127.0.0.1", port_}; }

 private:
  int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::thread thread_;
};

struct Silence : testing::TestWithParam<int> {
  Silence() {
    link.lead_to(echo.address());
    socket = Socket(link.address());
    EXPECT_EQ(answer("a"), "a");
  }
  std::string answer(const std::string& bytes, Clock::duration within = soon) {
    std::string got;
    if (!bytes.empty()) socket.send(bytes);
    socket.receive(got, within);
    return got;
  }

  Echo echo;
  Link link;
  Socket socket;
};
INSTANTIATE_TEST_SUITE_P(Of, Silence,
                         testing::Values(Link::to_broker, Link::to_sidecar, Link::both));

TEST_P(Silence, LosesNothing) {
  link.silence(GetParam(), 100, 1);
  EXPECT_EQ(answer("b", a_moment), "");
  EXPECT_EQ(socket.end(), Socket::End::open);
  link.go_on();
  EXPECT_EQ(answer(""), "b");
}

TEST_P(Silence, MayEndWithAnRst) {
  link.silence(GetParam(), 100, 1);
  EXPECT_EQ(answer("b", a_moment), "");
  link.reset();
  EXPECT_EQ(answer(""), "");
  EXPECT_EQ(socket.end(), Socket::End::reset);
}

TEST(WallClock, JumpsForEveryObserver) {
  if (!WallClock::can_jump) return;
  WallClock clock;
  for (const int day : {1, 0}) {
    clock.jump(day == 1 ? 86'400 : -86'400);
    Process date({"/bin/date", "+%s"}, clock.environment());
    const auto seen = date.line([](const std::string&) { return true; }, soon);
    ASSERT_TRUE(seen);
    EXPECT_NEAR(std::stod(*seen), std::time(nullptr) + 86'400.0 * day, 600);
  }
}

}  // namespace
}  // namespace e2e::faults
