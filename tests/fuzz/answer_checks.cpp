// The app's answer on its way to the client: interim heads, the head, and a body framed anew. What
// comes of it is read once more.

#include <algorithm>
#include <optional>
#include <string>

#include "sidecar/http/proxy/body_writer.hpp"
#include "sidecar/http/proxy/lenient_head.hpp"
#include "sidecar/http/proxy/response_head.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/wire.hpp"

namespace fuzz {
namespace {

using sidestream::ClientTraits;
using sidestream::Framing;
using sidestream::ResponseHead;

bool may_have_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

Head check_lines(const std::string& text, unsigned status) {
  const Head head = read_head(text);
  const auto line = "HTTP/1.1 " + std::to_string(status) + " ";
  require(head.first.starts_with(line), "the status line", text);
  require_one_framing(head, text);
  require(head.count("connection") <= 1, "at most one Connection", text);
  for (const auto* name : {"keep-alive", "proxy-connection", "te", "http2-settings"}) {
    require(head.count(name) == 0, "nothing of the app's connection", text);
  }
  const bool framed = head.count("content-length") + head.count("transfer-encoding") > 0;
  require(!framed || (status >= 200 && status != 204), "1xx and 204 tell no length", text);
  return head;
}

// The client goes on reading behind it.
void check_interim(const std::string& text, unsigned status) {
  const Head head = check_lines(text, status);
  const bool changes = status == 101;
  require(head.count("upgrade") == (changes ? 1U : 0U), "101 alone has an Upgrade", text);
  require(head.value("connection") == (changes ? "upgrade" : ""), "and lists it", text);
  boost::beast::flat_buffer buffer;
  fill(buffer, text + "\r\nbehind");
  Wire<false> client(buffer, false, 1024 * 1024);
  require(client.read_head() && client.is_done() && buffer.size() == 6, "it ends where it ends",
          text);
}

struct Passed {
  ResponseHead head;
  unsigned status;
  std::string framed;
  std::string body;
  bool whole;
};

void require_same(const Passed& passed, const ClientTraits& asked) {
  const auto& text = passed.head.text;
  const bool until_close = passed.head.framing.kind == Framing::Kind::until_close;
  boost::beast::flat_buffer buffer;
  fill(buffer, text + "\r\n" + passed.framed);
  Wire<false> client(buffer, asked.head, 1024 * 1024);
  require(client.read_head(), "the head can be read again", text);
  require(client.header().result_int() == passed.status, "the status stays the same", text);
  if (!passed.whole) return;
  std::string read;
  require(client.is_done() || !passed.head.keep_alive ||
              client.framing().kind != Framing::Kind::until_close,
          "what keeps the connection tells its end", text);
  require(client.read_body(4096, [&](std::string_view piece, bool) { read += piece; }),
          "the body can be read again", text + "\r\n" + passed.framed);
  require(read == passed.body, "the body stays the same", text + "\r\n" + passed.framed);
  require(buffer.size() == 0 && (until_close || client.is_done()),
          "nothing stands behind the answer", text + "\r\n" + passed.framed);
}

void check_head(const Passed& passed, const ClientTraits& asked) {
  const auto& text = passed.head.text;
  const Head head = check_lines(text, passed.status);
  require(head.count("via") == 1 && head.value("via").ends_with(" sidestream"), "one Via", text);
  require(head.count("upgrade") == 0, "no Upgrade", text);
  const bool chunked = head.count("transfer-encoding") == 1;
  require(!chunked || !asked.http10, "HTTP/1.0 gets no chunks", text);
  require(chunked == (passed.head.framing.kind == Framing::Kind::chunked), "chunks are told", text);
  require(!chunked || (may_have_body(passed.status) && !asked.head), "no chunks without a body",
          text);
  const auto connection = head.value("connection");
  require(passed.head.keep_alive ? connection == (asked.http10 ? "keep-alive" : "")
                                 : connection == "close",
          "Connection says what becomes of it", text);
  require(asked.keep_alive || !passed.head.keep_alive, "only what can go on goes on", text);
}

// As the proxy does it before a head is parsed. False: the head is incomplete.
bool canonicalize(boost::beast::flat_buffer& buffer) {
  const auto data = buffer.data();
  const std::string received(static_cast<const char*>(data.data()), data.size());
  if (sidestream::is_partial_head(received)) return false;
  const auto head = sidestream::canonicalize_head(received);
  if (!head) return true;
  require(head->size <= received.size(), "a head is within what was received", received);
  require(!sidestream::is_partial_head(head->text) && !sidestream::canonicalize_head(head->text),
          "a rewritten head needs no other rewrite", received);
  const auto lines = [](std::string_view text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  require(lines(head->text) == lines(std::string_view(received).substr(0, head->size)),
          "it has as many lines", received);
  buffer.clear();
  fill(buffer, head->text + received.substr(head->size));
  return true;
}

// The final head, or none: no answer, or one that changes the protocol.
using Answer = std::optional<Wire<false>>;
bool read_heads(boost::beast::flat_buffer& buffer, Answer& app, const ClientTraits& asked,
                bool upgrade) {
  while (true) {
    if (!canonicalize(buffer)) return false;
    app.emplace(buffer, asked.head);
    if (!app->read_head()) return false;
    const unsigned status = app->header().result_int();
    if (status >= 200) return true;
    if (status < 100 || (status == 101 && !upgrade)) return false;
    check_interim(sidestream::make_interim_head(app->header()), status);
    if (status == 101) return false;
  }
}

// A length that is told without a body is passed on as it is: several in a list, or one of a 204.
bool tells_length_of_nothing(const sidestream::ResponseHeader& answer, const ClientTraits& asked) {
  const auto length = answer[boost::beast::http::field::content_length];
  const bool digits = length.find_first_not_of("0123456789") == length.npos && length.size() <= 20;
  const unsigned status = answer.result_int();
  return (asked.head || status == 304) && !length.empty() && (!digits || status == 204);
}

}  // namespace

void check_answer(Input input) {
  const unsigned bits = input.byte();
  const ClientTraits asked{(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0};
  const std::size_t most = 1 + input.byte() * 17;
  boost::beast::flat_buffer buffer;
  fill(buffer, input.rest());
  Answer app;
  if (!read_heads(buffer, app, asked, (bits & 8U) != 0)) return;
  const unsigned status = app->header().result_int();
  if (tells_length_of_nothing(app->header(), asked)) return;
  auto made = sidestream::make_response_head(app->header(), app->framing(), asked);
  if (!made) return;
  Passed passed{std::move(*made), status, {}, {}, false};
  check_head(passed, asked);
  app->header().clear();  // what is in it afterwards are trailers
  sidestream::BodyWriter writer(passed.head.framing);
  passed.whole = app->read_body(most, [&](std::string_view piece, bool last) {
    const auto trailers = last ? sidestream::make_trailers(app->header()) : std::string();
    const Head head{"", read_fields(trailers)};
    for (const auto* name :
         {"content-length", "transfer-encoding", "connection", "host", "set-cookie"}) {
      require(head.count(name) == 0, "no trailer frames, routes or authenticates", trailers);
    }
    passed.body += piece;
    passed.framed += writer.framed(piece, last, trailers);
  });
  require_same(passed, asked);
}

}  // namespace fuzz
