#include "sidecar/http/proxy/answer_head.hpp"

#include "sidecar/http/proxy/header_rules.hpp"

namespace sidestream {
namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

void append_status(std::string& out, const ResponseHeader& answer, bool http10) {
  out += http10 ? "HTTP/1.0 " : "HTTP/1.1 ";
  out.append(std::to_string(answer.result_int())).append(" ");
  out.append(view(answer.reason())).append("\r\n");
}

void append_fields(std::string& out, const ResponseHeader& answer, const HopByHop& hop_by_hop) {
  for (const auto& field : answer) {
    if (field.name() == http::field::content_length || field.name() == http::field::via) continue;
    if (hop_by_hop.contains(field)) continue;
    append_field(out, view(field.name_string()), view(field.value()));
  }
}

// What of the fields is looked at, besides being passed on.
struct Seen {
  explicit Seen(const ResponseHeader& answer) {
    for (const auto& field : answer) {
      const auto value = view(field.value());
      if (field.name() == http::field::transfer_encoding) coding.see(value);
      if (field.name() == http::field::content_length) length.see(value);
      if (field.name() == http::field::content_type) type.see(value);
      if (field.name() == http::field::via) via.see(value);
    }
  }

  SeenField coding, length, type, via;
};

bool coding_is_plain(const ResponseHeader& answer, const Seen& seen) {
  if (seen.coding.count == 0) return true;
  return seen.coding.count == 1 && answer.version() >= 11 &&
         equals_ignoring_case(seen.coding.value, "chunked");
}

// A body without a length is told in chunks, or by the end of the connection to HTTP/1.0.
Framing framing_for(Framing body, const Asked& asked) {
  if (body.kind == Framing::Kind::none || body.kind == Framing::Kind::length) return body;
  body.kind = asked.http10 ? Framing::Kind::until_close : Framing::Kind::chunked;
  return body;
}

// 426 says what the client has to upgrade to (RFC 9110, 15.5.22), which we would then pass on.
std::string_view offered_upgrade(const ResponseHeader& answer) {
  return answer.result_int() == 426 ? view(answer[http::field::upgrade]) : std::string_view();
}

void append_connection(AnswerHead& out, const Asked& asked, std::string_view upgrade) {
  std::string options;
  if (!out.keep_alive) {
    options = "close";
  } else if (asked.http10) {
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

std::optional<AnswerHead> make_answer_head(const ResponseHeader& answer, Framing body,
                                           const Asked& asked) {
  const Seen seen(answer);
  if (!coding_is_plain(answer, seen)) return std::nullopt;
  AnswerHead out;
  out.framing = framing_for(body, asked);
  out.keep_alive = asked.keep_alive && out.framing.kind != Framing::Kind::until_close;
  out.event_stream = is_event_stream(seen.type.value);
  out.text.reserve(512);
  append_status(out.text, answer, asked.http10);
  append_fields(out.text, answer, HopByHop(answer));
  append_via(out.text, answer, seen.via.count);
  const unsigned status = answer.result_int();
  if (out.framing.kind == Framing::Kind::chunked) out.text += "Transfer-Encoding: chunked\r\n";
  if (out.framing.kind == Framing::Kind::length && status != 204) {
    append_field(out.text, "Content-Length", std::to_string(out.framing.length));
  } else if ((asked.head || status == 304) && seen.length.count == 1) {
    // What a body would have had.
    append_field(out.text, "Content-Length", seen.length.value);
  }
  append_connection(out, asked, offered_upgrade(answer));
  return out;
}

std::string make_interim_head(const ResponseHeader& answer) {
  std::string text;
  append_status(text, answer, false);
  append_fields(text, answer, HopByHop(answer));
  if (answer.result_int() == 101) {
    text += "Connection: upgrade\r\n";
    append_field(text, "Upgrade", view(answer[http::field::upgrade]));
  }
  return text;
}

std::string make_trailers(const http::fields& trailers) {
  std::string text;
  for (const auto& field : trailers) {
    const auto name = view(field.name_string());
    if (is_safe_trailer(name)) append_field(text, name, view(field.value()));
  }
  return text;
}

}  // namespace sidestream
