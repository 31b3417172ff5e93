#include "sidecar/http/proxy/response_head.hpp"

#include "sidecar/http/proxy/header_rules.hpp"

namespace sidestream {
namespace {

namespace http = boost::beast::http;

// HTTP/1.1 also for HTTP/1.0 clients: the version is the sender's (RFC 9110, 6.2).
void append_status(std::string& out, const ResponseHeader& response) {
  out += "HTTP/1.1 ";
  out.append(std::to_string(response.result_int())).append(" ");
  out.append(to_view(response.reason())).append("\r\n");
}

void append_fields(std::string& out, const ResponseHeader& response, const HopByHop& hop_by_hop) {
  for (const auto& field : response) {
    if (field.name() == http::field::content_length || field.name() == http::field::via) continue;
    if (hop_by_hop.contains(field)) continue;
    append_field(out, to_view(field.name_string()), to_view(field.value()));
  }
}

// The fields that the proxy itself reads.
struct KnownFields {
  explicit KnownFields(const ResponseHeader& response) {
    for (const auto& field : response) {
      const auto value = to_view(field.value());
      if (field.name() == http::field::transfer_encoding) coding.add(value);
      if (field.name() == http::field::content_length) length.add(value);
      if (field.name() == http::field::content_type) type.add(value);
      if (field.name() == http::field::via) via.add(value);
    }
  }

  FieldSummary coding, length, type, via;
};

bool coding_is_plain(const ResponseHeader& response, const KnownFields& known) {
  if (known.coding.count == 0) return true;
  return known.coding.count == 1 && response.version() >= 11 &&
         equals_ignoring_case(known.coding.value, "chunked");
}

// A body without a length is chunked, or for HTTP/1.0 ends with the connection.
Framing framing_for(Framing body, const ClientTraits& client) {
  if (body.kind == Framing::Kind::none || body.kind == Framing::Kind::length) return body;
  body.kind = client.http10 ? Framing::Kind::until_close : Framing::Kind::chunked;
  return body;
}

// Upgrade is an end-to-end field in 426 only (RFC 9110, 15.5.22).
std::string_view offered_upgrade(const ResponseHeader& response) {
  return response.result_int() == 426 ? to_view(response[http::field::upgrade])
                                      : std::string_view();
}

void append_connection(ResponseHead& out, const ClientTraits& client, std::string_view upgrade) {
  std::string options;
  if (!out.keep_alive) {
    options = "close";
  } else if (client.http10) {
    options = "keep-alive";
  }
  if (!upgrade.empty()) {
    append_field(out.text, "Upgrade", upgrade);
    options += options.empty() ? "upgrade" : ", upgrade";
  }
  if (!options.empty()) append_field(out.text, "Connection", options);
}

bool is_event_stream(std::string_view type) {
  return equals_ignoring_case(type.substr(0, type.find_first_of("; ")), "text/event-stream");
}

}  // namespace

std::optional<ResponseHead> make_response_head(const ResponseHeader& response, Framing body,
                                               const ClientTraits& client) {
  const KnownFields known(response);
  if (!coding_is_plain(response, known)) return std::nullopt;
  ResponseHead out;
  out.framing = framing_for(body, client);
  out.keep_alive = client.keep_alive && out.framing.kind != Framing::Kind::until_close;
  out.event_stream = is_event_stream(known.type.value);
  out.text.reserve(512);
  append_status(out.text, response);
  append_fields(out.text, response, HopByHop(response));
  append_via(out.text, response, known.via.count);
  const unsigned status = response.result_int();
  if (out.framing.kind == Framing::Kind::chunked) out.text += "Transfer-Encoding: chunked\r\n";
  if (out.framing.kind == Framing::Kind::length && status != 204) {
    append_field(out.text, "Content-Length", std::to_string(out.framing.length));
  } else if ((client.head || status == 304) && known.length.count == 1) {
    // The length that a body would have.
    append_field(out.text, "Content-Length", known.length.value);
  }
  append_connection(out, client, offered_upgrade(response));
  return out;
}

std::string make_interim_head(const ResponseHeader& response) {
  std::string text;
  append_status(text, response);
  append_fields(text, response, HopByHop(response));
  if (response.result_int() == 101) {
    text += "Connection: upgrade\r\n";
    append_field(text, "Upgrade", to_view(response[http::field::upgrade]));
  }
  return text;
}

std::string make_trailers(const http::fields& trailers) {
  std::string text;
  for (const auto& field : trailers) {
    const auto name = to_view(field.name_string());
    if (is_safe_trailer(name)) append_field(text, name, to_view(field.value()));
  }
  return text;
}

}  // namespace sidestream
