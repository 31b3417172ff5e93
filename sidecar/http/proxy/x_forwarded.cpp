#include "sidecar/http/proxy/x_forwarded.hpp"

#include "sidecar/http/proxy/header_rules.hpp"

namespace sidestream {
namespace {

namespace http = boost::beast::http;
std::string_view scheme_of(const Peer& peer) { return peer.tls ? "https" : "http"; }

void append_element(std::string& out, const Peer& peer, std::string_view host) {
  const bool v6 = peer.address.find(':') != std::string::npos;
  out += v6 ? "for=\"[" : "for=";
  out.append(peer.address).append(v6 ? "]\"" : "");
  if (!host.empty()) out.append(";host=\"").append(host).append("\"");
  out.append(";proto=").append(scheme_of(peer));
}

}  // namespace

std::string joined(const http::fields& fields, std::string_view name) {
  std::string all;
  const auto [from, to] = fields.equal_range({name.data(), name.size()});
  for (auto field = from; field != to; ++field) {
    const auto value = field->value();
    if (!all.empty()) all += ", ";
    all.append(value.data(), value.size());
  }
  return all;
}

void append_forwarded(std::string& out, const http::fields& fields, const Peer& peer,
                      std::string_view host) {
  const auto received = [&](std::string_view name) {
    return peer.trusted ? joined(fields, name) : std::string();
  };
  const auto begin_list = [&](std::string_view name, const std::string& items) {
    out.append(name).append(": ").append(items).append(items.empty() ? "" : ", ");
  };
  const auto or_else = [](const std::string& value, std::string_view otherwise) {
    return value.empty() ? otherwise : std::string_view(value);
  };
  begin_list("X-Forwarded-For", received("x-forwarded-for"));
  out.append(peer.address).append("\r\n");
  append_field(out, "X-Forwarded-Proto", or_else(received("x-forwarded-proto"), scheme_of(peer)));
  const std::string known_host = received("x-forwarded-host");
  if (const auto shown = or_else(known_host, host); !shown.empty()) {
    append_field(out, "X-Forwarded-Host", shown);
  }
  begin_list("Forwarded", received("forwarded"));
  append_element(out, peer, host);
  out += "\r\n";
}

}  // namespace sidestream
