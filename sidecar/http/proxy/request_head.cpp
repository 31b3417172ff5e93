#include "sidecar/http/proxy/request_head.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/rfc7230.hpp>
#include <charconv>
#include <limits>

#include "sidecar/base/traceparent.hpp"
#include "sidecar/http/protocol/host.hpp"
#include "sidecar/http/proxy/header_rules.hpp"
#include "sidecar/http/proxy/request_id.hpp"

namespace sidestream {
namespace {

namespace http = boost::beast::http;

// Safe to send twice (RFC 9110 section 9.2.2).
bool is_idempotent(http::verb method) {
  constexpr std::array<http::verb, 6> verbs{http::verb::get,   http::verb::head,
                                            http::verb::put,   http::verb::delete_,
                                            http::verb::trace, http::verb::options};
  return std::find(verbs.begin(), verbs.end(), method) != verbs.end();
}

// The fields that the proxy itself reads.
struct KnownFields {
  explicit KnownFields(const RequestHeader& request) {
    for (const auto& field : request) add(field);
  }

  void add(const http::fields::value_type& field) {
    const auto value = to_view(field.value());
    switch (field.name()) {
      case http::field::host:
        return host.add(value);
      case http::field::transfer_encoding:
        return coding.add(value);
      case http::field::max_forwards:
        return max_forwards.add(value);
      case http::field::te:
        return te.add(value);
      case http::field::upgrade:
        return upgrade.add(value);
      case http::field::via:
        return via.add(value);
      case http::field::accept:
        return accept.add(value);
      case http::field::expect:
        return expect.add(value);
      default:
        break;
    }
    const auto name = to_view(field.name_string());
    if (equals_ignoring_case(name, "x-request-id")) request_id.add(value);
    if (equals_ignoring_case(name, "traceparent")) traceparent.add(value);
  }

  FieldSummary host, coding, max_forwards, te, upgrade, via, accept, expect, request_id,
      traceparent;
};

// The protocols that the client wants to upgrade to. h2c is dropped: its frames would bypass all
// checks, and the app can answer in HTTP/1.1.
std::string upgrade_protocols(const http::fields& fields) {
  std::string all;
  const auto [from, to] = fields.equal_range(http::field::upgrade);
  for (auto field = from; field != to; ++field) {
    for (const auto protocol : list_items(to_view(field->value()))) {
      if (equals_ignoring_case(protocol.substr(0, 3), "h2c")) continue;
      if (!all.empty()) all += ", ";
      all += protocol;
    }
  }
  return all;
}

// Max-Forwards is decremented for these two methods (RFC 9110, 7.6.2).
bool counts_hops(const RequestHeader& request, const KnownFields& known) {
  return (request.method() == http::verb::options || request.method() == http::verb::trace) &&
         known.max_forwards.count == 1;
}

Response respond_as_last_hop(const RequestHeader& request) {
  if (request.method() == http::verb::trace) return Response::error(501, "TRACE is not supported");
  Response response;
  response.status = 204;
  return response;
}

// Nothing: the request is valid.
std::optional<Response> find_fault(const RequestHeader& request, const KnownFields& known,
                                   const Framing& body, const Target& target) {
  if (request.method() == http::verb::connect)
    return Response::error(501, "CONNECT is not supported");
  if (target.path == "*" && request.method() != http::verb::options)
    return Response::error(400, "the request target is not a path");
  const auto hosts = known.host.count;
  if (hosts > 1) return Response::error(400, "the request has more than one Host header");
  if (hosts == 0 && request.version() >= 11)
    return Response::error(400, "the request has no Host header");
  const bool has_authority = !target.authority.empty();
  if ((hosts > 0 && !is_host(known.host.value)) || (has_authority && !is_host(target.authority)))
    return Response::error(400, "the Host header is invalid");
  // Programs with signed lengths read larger ones as something else.
  constexpr auto length_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (body.length > length_max) return Response::error(400, "the Content-Length is too large");
  if (counts_hops(request, known) && known.max_forwards.value == "0")
    return respond_as_last_hop(request);
  return known.coding.count > 0 ? find_framing_fault(request) : std::nullopt;
}

class HeadWriter {
 public:
  HeadWriter(const RequestHeader& request, const KnownFields& known, const Target& target,
             const Peer& peer, const UpstreamTraits& upstream)
      : request_(request),
        known_(known),
        target_(target),
        peer_(peer),
        upstream_(upstream),
        hop_by_hop_(request) {}

  RequestHead write(Framing body) {
    out_.framing = body;
    out_.text.reserve(1024);
    out_.text.append(to_view(request_.method_string())).append(" ").append(target_.path);
    out_.text += " HTTP/1.1\r\n";
    const auto host = target_.authority.empty() ? known_.host.value : target_.authority;
    // HTTP/1.0 clients may omit Host, the app must not (RFC 9112, 3.2).
    append_field(out_.text, "Host", host.empty() ? std::string_view(upstream_.authority) : host);
    copy_fields();
    count_hop();
    add_connection();
    add_framing();
    append_forwarded(out_.text, request_, peer_, host);
    add_ids();
    return std::move(out_);
  }

 private:
  bool is_rewritten(const http::fields::value_type& field) const {
    switch (field.name()) {
      case http::field::host:
      case http::field::content_length:
        return true;
      case http::field::via:
        return upstream_.via;
      default:
        break;
    }
    const auto name = to_view(field.name_string());
    return equals_ignoring_case(name, "x-request-id") || equals_ignoring_case(name, "traceparent");
  }

  bool is_extended(std::string_view name) const {
    return equals_ignoring_case(name, "x-forwarded-for") ||
           equals_ignoring_case(name, "x-forwarded-proto") ||
           equals_ignoring_case(name, "x-forwarded-host") ||
           equals_ignoring_case(name, "forwarded");
  }

  void copy_fields() {
    for (const auto& field : request_) {
      const auto name = to_view(field.name_string());
      if (is_rewritten(field) || hop_by_hop_.contains(field) || is_spoofed_name(name)) continue;
      if (equals_ignoring_case(name, "proxy")) continue;  // CGI apps read it as HTTP_PROXY
      if (is_client_field(name) && (!peer_.trusted || is_extended(name))) continue;
      if (field.name() == http::field::max_forwards && counts_hops(request_, known_)) continue;
      // HTTP/1.0 has no Expect (RFC 9110, 10.1.1).
      if (field.name() == http::field::expect && request_.version() < 11) continue;
      append_field(out_.text, name, to_view(field.value()));
    }
  }

  void count_hop() {
    if (!counts_hops(request_, known_)) return;
    const auto text = known_.max_forwards.value;
    std::uint32_t hops = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), hops);
    if (read.ec == std::errc() && hops > 0)
      append_field(out_.text, "Max-Forwards", std::to_string(hops - 1));
  }

  void add_connection() {
    const std::string protocols =
        known_.upgrade.count > 0 ? upgrade_protocols(request_) : std::string();
    out_.upgrade = request_.version() >= 11 && hop_by_hop_.lists("upgrade") && !protocols.empty() &&
                   !out_.framing.has_body();
    if (out_.upgrade) {
      out_.text += "Connection: upgrade\r\n";
      return append_field(out_.text, "Upgrade", protocols);
    }
    if (known_.te.count == 0) return;
    auto te = http::token_list({known_.te.value.data(), known_.te.value.size()});
    if (te.exists("trailers")) out_.text += "Connection: TE\r\nTE: trailers\r\n";
  }

  void add_framing() {
    if (out_.framing.kind == Framing::Kind::chunked) out_.text += "Transfer-Encoding: chunked\r\n";
    if (out_.framing.kind == Framing::Kind::length)
      append_field(out_.text, "Content-Length", std::to_string(out_.framing.length));
    out_.repeatable = is_idempotent(request_.method()) && !out_.framing.has_body() && !out_.upgrade;
  }

  void add_ids() {
    if (upstream_.via) append_via(out_.text, request_, known_.via.count);
    out_.accept = known_.accept.value;
    if (request_.method() == http::verb::get &&
        equals_ignoring_case(known_.accept.value, "text/event-stream")) {
      const std::string id(to_view(request_["Last-Event-ID"]));
      out_.event_source = RefusedStream{id, request_.count(http::field::origin) > 0};
    }
    out_.expects = known_.expect.count > 0 && request_.version() >= 11;
    const auto id = known_.request_id.value;
    out_.request_id = is_request_id(id) ? std::string(id) : make_request_id();
    append_field(out_.text, "X-Request-Id", out_.request_id);
    // Without one the app starts the trace: whether it is sampled is not ours to decide.
    if (known_.traceparent.count != 1 || !is_traceparent(known_.traceparent.value)) return;
    out_.traceparent = known_.traceparent.value;
    append_field(out_.text, "traceparent", out_.traceparent);
  }

  const RequestHeader& request_;
  const KnownFields& known_;
  const Target& target_;
  const Peer& peer_;
  const UpstreamTraits& upstream_;
  const HopByHop hop_by_hop_;
  RequestHead out_;
};

}  // namespace

std::variant<RequestHead, Response> make_request_head(const RequestHeader& request, Framing body,
                                                      const Target& target, const Peer& peer,
                                                      const UpstreamTraits& upstream) {
  const KnownFields known(request);
  if (auto fault = find_fault(request, known, body, target)) return std::move(*fault);
  return HeadWriter(request, known, target, peer, upstream).write(body);
}

}  // namespace sidestream
