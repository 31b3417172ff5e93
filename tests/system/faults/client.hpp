#pragma once
// One client of a stream, over all of its connections: it connects to a random sidecar, resumes after
// the last complete block, and connects again after each end.
//
// Thread: one; connects(): any. Owns the socket. Borrows all of its context.
// Errors: a broken rule of the wire, and an open stream that is ended while its sidecar process_runs, are
// recorded in its memory.

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/harness/chunks.hpp"
#include "tests/support/harness/http.hpp"
#include "tests/support/harness/socket.hpp"
#include "tests/support/harness/socket_loop.hpp"
#include "tests/system/faults/memory.hpp"
#include "tests/system/faults/process_runs.hpp"
#include "tests/system/faults/rights.hpp"

namespace e2e::faults {

class Client final : public SocketLoop::Owner {
 public:
  enum class Pace { usual, slow, stalled };
  struct Context {
    SocketLoop& loop;
    const std::string& target;
    const std::vector<Address>& sidecars;
    const ProcessRuns& process_runs;
    Rights* rights = nullptr;  // of a client with a token
  };
  Client(int index, std::uint64_t seed, const Journal& journal, Context context);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void on_ready(std::uint32_t events) override;
  void on_time();  // connects again, or reads on slowly, if it is time

  void cut();     // by FIN or RST; most in the middle of a block
  int abandon();  // connects again; the caller owns the open socket, or gets -1
  void set_pace(Pace pace);

  int index() const { return index_; }
  std::size_t sidecar() const { return sidecar_; }
  const Memory& memory() const { return memory_; }
  bool has_token() const { return context_.rights != nullptr; }
  // Whether it has, and reads, an open stream of that session.
  bool reads(int person, int session) const;
  std::int64_t connects() const { return connects_; }

 private:
  enum class Phase { away, connecting, head, body };

  void connect();
  void close(bool abruptly);
  void send_request();
  void read(std::size_t most);
  void take(std::string_view bytes);
  void on_end();  // by the other side
  void refuse(const Head& head);
  void watch(std::uint32_t events) { context_.loop.watch(fd_, events, *this); }

  const int index_;
  const Context context_;
  std::mt19937_64 random_;
  Memory memory_;
  std::atomic<std::int64_t> connects_{0};
  int fd_ = -1;
  Phase phase_ = Phase::away;
  Pace pace_ = Pace::usual;
  std::size_t sidecar_ = 0;
  ProcessRuns::Run run_;         // of that sidecar
  std::size_t seen_before_ = 0;  // of its history, before this stream
  bool always_read_ = true;      // since this stream opened
  Clock::time_point wake_;       // away: when to connect; slow: when to read
  std::string head_;
  ChunkDecoder decoder_;
  SseParser parser_;
};

}  // namespace e2e::faults
