#pragma once
// One end of a connection that the sidecar holds the other end of: a client of it, or the app
// behind it. Reads are strict (message.hpp), sends are any bytes.
//
// Thread: one at a time. Errors: Cut where the other side ended in the middle of what was waited
// for, Late where it said nothing for too long, other WireErrors where it said what it must not.

#include <string>
#include <string_view>

#include "tests/integration/proxy/harness/message.hpp"

namespace e2e {

struct Cut : WireError {
  using WireError::WireError;
};
struct Late : WireError {
  using WireError::WireError;
};

class Peer {
 public:
  static constexpr Clock::duration usual = 10s * patience;

  Peer() = default;
  explicit Peer(Socket socket) : socket_(std::move(socket)) {}

  void send(std::string_view bytes) { socket_.send(bytes); }
  // Where the other side may have hung up before the end of it.
  void try_send(std::string_view bytes);
  // Until nobody takes more: the other side does not read. Throws where 200 MiB are taken.
  void fill();

  Message request(Clock::duration within = usual);
  Message request_head(Clock::duration within = usual);
  // One answer, an interim one too; `to_head`: it has no body whatever it says.
  Message answer(Clock::duration within = usual, bool to_head = false);
  Message answer_head(Clock::duration within = usual);
  // The rest of a message whose head has been taken.
  void body(Message& message, const Framing& framing, Clock::duration within = usual);
  Message ask(std::string_view request);

  std::string bytes(std::size_t count, Clock::duration within = usual);
  std::string through(std::string_view mark, Clock::duration within = usual);
  std::string chunk(
      Clock::duration within = usual);  // one chunk's data; empty: the last one's line
  // All up to the end of the connection. Throws where it does not end in time.
  std::string rest(Clock::duration within = usual);
  // What has come and was not taken yet; waits `time` for more of it.
  std::string pending(Clock::duration time);

  // The other side ends the connection in time, with nothing more said.
  bool closes(Clock::duration within = usual);
  // Nothing comes in that time, and it stays open.
  bool is_quiet(Clock::duration time);

  Socket& socket() { return socket_; }
  void finish_sending() { socket_.finish_sending(); }
  void close() { socket_.close(); }
  void reset() { socket_.reset(); }

 private:
  void more(const Deadline& deadline, const char* wanted);
  std::string line(const Deadline& deadline);
  void chunked_body(Message& message, const Deadline& deadline);

  Socket socket_;
  std::string buffer_;
};

}  // namespace e2e
