#pragma once
// Many subscribers of one event stream on one thread. They count events, check that each publisher's
// sequence numbers are consecutive, and record latencies.
//
// Thread: one. Owns the sockets; closes them with a reset, so that no port stays in TIME_WAIT.

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/perf/bench/load/histogram.hpp"
#include "tests/perf/bench/load/stamp.hpp"

namespace bench {

struct CrowdOptions {
  sockaddr_in server{};
  std::string path;
  std::string last_event_id;  // empty: none
  std::uint32_t subscribers = 1;
  // Empty, or the query parameter by which each subscriber asks for its own events, user-N; then
  // each event is for one of them, in turn.
  std::string own;
  std::vector<std::string> tokens;  // subscriber N sends the Nth; empty: none
  std::string tls_cipher;           // of TLS 1.3; empty: plain HTTP
};

struct CrowdFigures {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t reads = 0;    // that brought bytes: events / reads is about the events of a wake
  std::uint64_t wrong = 0;    // sequence numbers that were not the next
  std::int64_t first_ns = 0;  // when the first event was received, and the last
  std::int64_t last_ns = 0;
  Histogram latency;
};

class Crowd {
 public:
  explicit Crowd(const CrowdOptions& options);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  int epoll() const { return epoll_; }  // other descriptors may be added with data.u32 = other
  static constexpr std::uint32_t other = UINT32_MAX;

  // Waits and handles events. True: one of the other descriptors is ready.
  bool turn(int timeout_ms);

  // Resets all counts, for this number of publishers.
  static constexpr std::uint32_t publishers_max = 64;
  void begin(std::uint32_t publishers);
  const CrowdFigures& figures() const { return figures_; }
  // The fewest and most events of a subscriber since begin().
  std::pair<std::uint32_t, std::uint32_t> spread() const;
  // How many subscribers get each event.
  std::uint32_t readers_of_each() const { return options_.own.empty() ? connected_ : 1; }

  std::uint32_t connected() const { return connected_; }  // have the response's head
  std::uint32_t lost() const { return lost_; }            // refused, or ended by the server
  bool all_answered() const { return connected_ + lost_ >= options_.subscribers; }
  // The last `id:` that subscriber 0 has seen.
  const std::string& last_id() const { return last_id_; }

 private:
  enum class State : std::uint8_t { connecting, shaking_hands, asked, streaming, gone };
  using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;
  struct Subscriber {
    int fd = -1;
    State state = State::connecting;
    std::uint8_t kept = 0;  // of a stamp whose rest has not come yet
    char keep[stamp_size];
    Ssl ssl{nullptr, SSL_free};
    std::uint32_t events = 0;
  };

  void connect_some();
  void connect_one(std::uint32_t index);
  std::string request_of(std::uint32_t index) const;
  void ready(std::uint32_t index, std::uint32_t events);
  void shake_hands(std::uint32_t index);
  void ask(std::uint32_t index);
  void receive(std::uint32_t index);
  long read_some(Subscriber& subscriber, char* into, std::size_t size);
  long write(Subscriber& subscriber, const std::string& bytes);
  void await(std::uint32_t index, std::uint32_t events);
  bool take_head(Subscriber& subscriber, const char* bytes, std::size_t size);
  void scan(std::uint32_t index, const char* begin, const char* end);
  void take(std::uint32_t index, const Stamp& stamp, std::int64_t now);
  void note_id(const char* begin, const char* end);
  void give_up(std::uint32_t index);

  const CrowdOptions options_;
  std::shared_ptr<SSL_CTX> tls_;  // null: plain HTTP
  int epoll_;
  std::vector<Subscriber> subscribers_;
  std::vector<std::uint32_t> next_;  // of each subscriber and publisher; `any` at first
  std::uint32_t publishers_ = 0;
  std::uint32_t begun_ = 0;  // connects
  std::uint32_t connected_ = 0;
  std::uint32_t lost_ = 0;
  std::vector<char> buffer_;
  std::string last_id_;
  CrowdFigures figures_;
};

}  // namespace bench
