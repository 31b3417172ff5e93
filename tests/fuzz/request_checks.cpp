// A client's request on its way to the app: its head is rewritten, its body framed anew, and what
// comes of it is read once more.

#include <algorithm>
#include <array>

#include "sidecar/base/traceparent.hpp"
#include "sidecar/http/proxy/body_writer.hpp"
#include "sidecar/http/proxy/request_head.hpp"
#include "sidecar/http/proxy/request_id.hpp"
#include "sidecar/http/proxy/response_head.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/wire.hpp"

namespace fuzz {
namespace {

using sidestream::Framing;
using sidestream::Peer;
using sidestream::RequestHead;
using sidestream::Response;

Peer any_peer(Input& input) {
  static const std::array<const char*, 4> addresses{"203.0.113.9", "10.0.0.5", "2001:db8::1",
                                                    "::1"};
  const bool trusted = input.below(2) == 1;
  return {addresses[input.below(addresses.size())], trusted, {}, {}};
}

constexpr std::array<std::string_view, 9> of_one_connection{
    "keep-alive",          "proxy-connection",  "proxy-authenticate",
    "proxy-authorization", "http2-settings",    "te",
    "connection",          "transfer-encoding", "upgrade"};
constexpr std::array<std::string_view, 5> once{"host", "x-forwarded-for", "x-forwarded-proto",
                                               "forwarded", "x-request-id"};

bool is_among(std::string_view name, const auto& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Names that only we, or a trusted peer, may give. An underscore is taken for a hyphen by many
// apps.
void require_no_forgery(const Head& head, const Peer& peer, std::string_view text) {
  for (const auto& [name, value] : head.fields) {
    std::string known = name;
    std::replace(known.begin(), known.end(), '_', '-');
    std::replace(known.begin(), known.end(), '.', '-');
    const bool about_client =
        known == "forwarded" || known == "x-real-ip" || known.starts_with("x-forwarded");
    const bool ours = about_client || is_among(known, once) || is_among(known, of_one_connection) ||
                      known == "content-length";
    const bool extra = about_client && !is_among(known, once) && known != "x-forwarded-host";
    require(!ours || known == name || (extra && peer.trusted), "no name of ours with underscores",
            text);
    require(!extra || peer.trusted, "nobody but a trusted peer speaks about the client", text);
  }
}

void require_names(const Head& head, const RequestHead& made, const Peer& peer,
                   std::string_view text) {
  for (const auto name : once) require(head.count(name) == 1, "each of ours stands once", text);
  require(head.count("x-forwarded-host") <= 1, "at most one X-Forwarded-Host", text);
  require(
      head.value("x-request-id") == made.request_id && sidestream::is_request_id(made.request_id),
      "a request id", text);
  require(head.value("traceparent") == made.traceparent, "the client's traceparent", text);
  require(made.traceparent.empty() || sidestream::is_traceparent(made.traceparent),
          "a valid traceparent", text);
  require(head.count("traceparent") <= 1, "one traceparent", text);
  require(head.count("proxy") == 0, "no Proxy", text);
  const auto addresses = head.value("x-forwarded-for");
  require(peer.trusted ? addresses.ends_with(peer.address) : addresses == peer.address,
          "X-Forwarded-For ends with the peer", text);
  if (peer.trusted) return;
  require(head.value("x-forwarded-proto") == "http", "a stranger's scheme is the listener's", text);
  const auto host = head.value("x-forwarded-host");
  require(host.empty() || host == head.value("host"), "a stranger's host is its Host", text);
  const auto forwarded = head.value("forwarded");
  const bool v6 = peer.address.find(':') != std::string::npos;
  require(forwarded == "for=" + (v6 ? "\"[" + peer.address + "]\"" : peer.address) +
                           (host.empty() ? "" : ";host=\"" + host + "\"") + ";proto=http",
          "a stranger's Forwarded is one element", text);
}

void require_connection(const Head& head, const RequestHead& made, std::string_view text) {
  for (const auto name :
       {"keep-alive", "proxy-connection", "proxy-authorization", "http2-settings"}) {
    require(head.count(name) == 0, "nothing of the client's connection", text);
  }
  const auto connection = head.value("connection");
  require(head.count("connection") <= 1 && head.count("upgrade") <= 1 && head.count("te") <= 1,
          "Connection, Upgrade and TE at most once", text);
  require(made.upgrade == (connection == "upgrade"), "Connection says whether it is an upgrade",
          text);
  require(made.upgrade == (head.count("upgrade") == 1), "Upgrade says whether it is one", text);
  require(!made.upgrade || !made.framing.has_body(), "an upgrade has no body", text);
  require((head.count("te") == 1) == (connection == "TE"), "TE is listed", text);
  require(made.upgrade || connection.empty() || connection == "TE", "nothing else is listed", text);
  const auto upgrade = head.value("upgrade");
  std::string low;
  for (const char c : upgrade) low += static_cast<char>(c | 0x20);
  require(low.find("h2c") == std::string::npos || low.find("h2c") > 0, "no h2c", text);
}

// What the app reads: the same message and nothing behind it.
void require_same(const RequestHead& made, std::string_view framed, std::string_view body,
                  bool whole) {
  const std::string text = made.text + "\r\n" + std::string(framed);
  boost::beast::flat_buffer buffer;
  fill(buffer, text);
  Wire<true> app(buffer, false, 1024 * 1024);
  require(app.read_head(), "the head can be read again", made.text);
  require(app.framing() == made.framing, "the framing is told as it is", made.text);
  if (!whole) return;
  std::string read;
  require(app.read_body(4096, [&](std::string_view piece, bool) { read += piece; }),
          "the body can be read again", text);
  require(read == body, "the body stays the same", text);
  require(buffer.size() == 0, "nothing stands behind the message", text);
}

void check_head(const RequestHead& made, const Peer& peer, std::string_view target) {
  const Head head = read_head(made.text);
  const auto space = head.first.find(' ');
  require(head.first.substr(space + 1) == std::string(target) + " HTTP/1.1",
          "the target as it stands", head.first);
  require(target.find_first_of(" \t") == std::string_view::npos, "no blank in a target",
          head.first);
  require(target != "*" || head.first.starts_with("OPTIONS "), "* is for OPTIONS", head.first);
  require(head.value("host").find_first_of(" \t,/\\\"@") == std::string::npos, "a host is a host",
          made.text);
  require_one_framing(head, made.text);
  require_no_forgery(head, peer, made.text);
  require_names(head, made, peer, made.text);
  require_connection(head, made, made.text);
}

}  // namespace

void check_request(Input input) {
  const Peer peer = any_peer(input);
  const std::size_t most = 1 + input.byte() * 17;
  boost::beast::flat_buffer buffer;
  fill(buffer, input.rest());
  Wire<true> client(buffer, false);
  if (!client.read_head()) return;
  const std::string whole_target(client.header().target());
  const auto target = sidestream::parse_target(whole_target);
  if (!target) return;
  auto outcome = sidestream::make_request_head(client.header(), client.framing(), *target, peer,
                                               sidestream::UpstreamTraits{"app", false});
  if (const auto* refused = std::get_if<Response>(&outcome)) {
    require(refused->status == 204 || (refused->status >= 400 && refused->status <= 501),
            "a reason");
    return;
  }
  const auto& made = std::get<RequestHead>(outcome);
  require(made.framing.kind != Framing::Kind::until_close, "a request's end is told", made.text);
  check_head(made, peer, target->path);
  client.header().clear();  // what is in it afterwards are trailers
  sidestream::BodyWriter writer(made.framing);
  std::string framed, body;
  const bool whole = client.read_body(most, [&](std::string_view piece, bool last) {
    const auto trailers = last ? sidestream::make_trailers(client.header()) : std::string();
    const Head head{"", read_fields(trailers)};
    require_no_forgery(head, Peer{}, trailers);
    for (const auto& [name, value] : head.fields) {
      require(
          !is_among(name, once) && !is_among(name, of_one_connection) && name != "content-length",
          "a trailer says nothing of ours", trailers);
    }
    body += piece;
    if (made.framing.has_body()) framed += writer.framed(piece, last, trailers);
  });
  require_same(made, framed, body, whole);
}

}  // namespace fuzz
