#pragma once
// HTTP/1.1 on a plain socket: what was sent is known to the byte, and so is what came back.
//
// Thread: one at a time. Errors: WireError where the other side breaks HTTP or says nothing.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/harness/socket.hpp"

namespace e2e {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Head {
  int status = 0;
  std::string version;  // "HTTP/1.1"
  Headers headers;
  std::string raw;

  // Case-insensitive; several of one name are joined with ", ".
  std::optional<std::string> header(std::string_view name) const;
  bool has(std::string_view name) const { return header(name).has_value(); }
};

struct Response : Head {
  std::string body;
};

struct Request {
  std::string target = "/";
  std::string method = "GET";
  Headers headers = {};
  std::string body = {};
  std::string version = "HTTP/1.1";

  // With Host, and Content-Length where there is a body or the method is POST.
  std::string text() const;
};

class HttpConnection {
 public:
  explicit HttpConnection(const Address& address) : socket_(address), host_(address) {}

  void send(std::string_view bytes) { socket_.send(bytes); }
  void send(const Request& request) { socket_.send(request.text()); }
  // Reads one response whole; `to_head` says that the request was HEAD.
  Response receive(Clock::duration within = 10s * patience, bool to_head = false);
  Response exchange(const Request& request, Clock::duration within = 10s * patience);
  // Whether the other side closes in time, with nothing more said.
  bool closes(Clock::duration within = 10s * patience);
  bool is_quiet(Clock::duration time);
  Socket& socket() { return socket_; }
  std::string& buffer() { return buffer_; }

 private:
  Head receive_head(const Deadline& deadline);
  void need(std::size_t bytes, const Deadline& deadline);

  Socket socket_;
  Address host_;
  std::string buffer_;
};

// One request on a connection of its own.
Response fetch(const Address& address, const Request& request,
               Clock::duration within = 10s * patience);
Response get(const Address& address, const std::string& target, Headers headers = {});
Response post(const Address& address, const std::string& target, const std::string& body,
              Headers headers = {});

// The head that `text` begins with, CRLF CRLF included; nothing where it isn't complete.
std::optional<Head> parse_head(std::string_view text);
std::string url_encode(std::string_view text);

}  // namespace e2e
