#include <algorithm>
#include <chrono>
#include <initializer_list>

#include "sidecar/settings/address.hpp"
#include "sidecar/settings/keys.hpp"
#include "sidecar/settings/read.hpp"
#include "sidecar/settings/upstream_url.hpp"

namespace sidestream {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t threads_most = 256;
constexpr std::uint64_t connections_most = 10'000'000;
constexpr std::uint64_t rate_most = 1'000'000;
constexpr std::uint64_t replay_least = 1024;  // a second
constexpr Milliseconds age_least{1000};
constexpr Milliseconds age_most{std::chrono::hours(24 * 30)};
constexpr std::uint64_t memory_least = 1ULL << 20;
constexpr std::uint64_t memory_most = 1ULL << 40;

ListenAddress read_listen(const Value& value, std::string& into) {
  if (const auto text = value.text()) {
    const Parsed<ListenAddress> address = parse_listen(text->value);
    if (address.error.empty())
      into = address.value.text();
    else
      value.problem(text->shown + ' ' + address.error);
  }
  return parse_listen(into).value;
}

void read_origins(const Value& value, std::vector<std::string>& into) {
  std::vector<std::string> origins;
  bool all = false;
  for (const Value& item : value.items()) {
    const auto text = item.text();
    if (!text) continue;
    const std::string error = text->value == "*" ? std::string() : check_origin(text->value);
    if (!error.empty()) item.problem(text->shown + ' ' + error);
    if (std::ranges::find(origins, text->value) != origins.end())
      item.problem(text->shown + " is listed twice; remove one");
    all = all || text->value == "*";
    origins.push_back(text->value);
  }
  if (all && origins.size() > 1) value.problem("has \"*\" with other origins; use it alone");
  into = std::move(origins);
}

void read_hosts(const Value& value, std::vector<std::string>& into) {
  for (const Value& item : value.items()) {
    const auto text = item.text();
    if (!text) continue;
    if (text->value.empty() || text->value.find_first_of(":/[]@ ") != std::string::npos)
      item.problem(text->shown + " is not a host name without a port, like sidestream.prod.svc");
    into.push_back(text->value);
  }
}

// Requests would loop.
bool is_own(const UpstreamAddress& url, const ListenAddress& address) {
  if (!url.socket.empty() || address.port != url.port) return false;
  const auto ip = parse_ip(url.host);
  return url.host == "localhost" || url.host == address.host ||
         (address.any_host() && ip && (url.host == "::1" || (*ip)[12] == 127));
}

void read_url(const Value& value, std::initializer_list<ListenAddress> own, UpstreamAddress& into) {
  const auto text = value.text();
  if (!text) return;
  const Parsed<UpstreamAddress> url = parse_upstream_url(text->value);
  if (!url.error.empty()) return value.problem(text->shown + ' ' + url.error);
  into = url.value;
  text->hide_address(into.host, into.port, value.context().hidden);
  for (const ListenAddress& address : own) {
    if (is_own(into, address))
      value.problem(text->shown + " is a port of Sidestream; use another port for the app");
  }
}

void read_upstream(const Value& value, std::initializer_list<ListenAddress> own,
                   std::optional<UpstreamSettings>& into) {
  if (!value.present()) return;
  const Section section = value.section(keys::upstream);
  UpstreamSettings& upstream = into.emplace();
  if (!section.has("url")) section.problem("has no url; write url: http://127.0.0.1:8000");
  read_url(section["url"], own, upstream.url);
  section["connect_timeout"].read_duration(upstream.connect_timeout, pace_least, 10min);
  section["first_byte_timeout"].read_duration(upstream.first_byte_timeout, pace_least, 24h);
  section["idle_timeout"].read_duration(upstream.idle_timeout, pace_least, 7 * 24h);
  section["max_body"].read_size(upstream.max_body, 1, memory_most, true);
  section["readiness"].read_text_or_empty(upstream.readiness);
  if (!upstream.readiness.empty() && !is_request_path(upstream.readiness))
    section["readiness"].problem("must be a path of the app, like /healthz");
  section["max_requests"].read_number(upstream.max_requests, 1, connections_most);
  section["max_tunnels"].read_number(upstream.max_tunnels, 1, connections_most);
  section["access_log"].read_number(upstream.access_log, 0);
  section["via"].read_boolean(upstream.via);
}

void check_tls_files(const Section& section, const TlsSettings& tls) {
  const Value any = section["key"];
  const Context& context = any.context();
  const std::string problem =
      context.checks.tls ? context.hide(context.checks.tls(tls)) : std::string();
  const std::size_t colon = problem.find(": ");
  if (problem.empty()) return;
  const std::string_view key = std::string_view(problem).substr(0, colon);
  if (colon == std::string::npos || std::ranges::find(keys::tls, key) == std::end(keys::tls))
    return section.problem(problem);
  section[key].problem(std::string_view(problem).substr(colon + 2));
}

void read_tls(const Value& value, std::optional<TlsSettings>& into) {
  if (!value.present()) return;
  const Section section = value.section(keys::tls);
  TlsSettings& tls = into.emplace();
  const std::size_t before = value.context().problems.count();
  for (const auto& [key, path] : {std::pair{"certificate", &tls.certificate}, {"key", &tls.key}}) {
    if (!section.has(key)) section[key].problem("is missing; name a PEM file");
    if (section[key].text()) section[key].read_path_or_empty(*path);
  }
  section["client_ca"].read_path_or_empty(tls.client_ca);
  if (const auto text = section["min_version"].text()) {
    tls.min_version = text->value;
    if (text->value != "1.2" && text->value != "1.3")
      section["min_version"].problem(text->shown + " is not a version; write \"1.2\" or \"1.3\"");
  }
  if (value.context().problems.count() == before) check_tls_files(section, tls);
}

void read_limits(const Value& value, LimitSettings& into) {
  if (!value.present()) return;
  const Section section = value.section(keys::limits);
  section["connections"].read_number(into.connections, 0, connections_most);
  section["streams_per_address"].read_number(into.streams_per_address, 0, connections_most);
  section["streams_per_subject"].read_number(into.streams_per_subject, 0, connections_most);
  section["logs_per_address"].read_number(into.logs_per_address, 0, connections_most);
  section["publishes_per_second"].read_number(into.publishes_per_second, 0, rate_most);
  section["replay_bytes_per_second"].read_size(into.replay_bytes_per_second, replay_least,
                                               memory_most, true);
}

}  // namespace

void read_networks(const Value& value, std::vector<Network>& into) {
  for (const Value& item : value.items()) {
    const auto text = item.text();
    if (!text) continue;
    const Parsed<Network> network = parse_network(text->value);
    if (!network.error.empty()) item.problem(text->shown + ' ' + network.error);
    into.push_back(network.value);
  }
}

void read_cors(const Value& value, CorsSettings& into) {
  if (!value.present()) return;
  const Section section = value.section(keys::cors);
  into = {};
  read_origins(section["origins"], into.origins);
  section["credentials"].read_boolean(into.credentials);
  if (!into.credentials) return;
  if (std::ranges::find(into.origins, "*") != into.origins.end())
    section["credentials"].problem(
        "cannot be true with the origin \"*\": browsers refuse that; list the origins");
  else if (!section.has("origins"))
    section["credentials"].problem("requires origins; list them in cors.origins");
}

ServerSettings read_server(const Value& value) {
  ServerSettings server;
  const Section section = value.section(keys::server);
  const ListenAddress listen = read_listen(section["listen"], server.listen);
  const ListenAddress admin = read_listen(section["admin"], server.admin);
  if (listen.collides(admin) && section.has("admin"))
    section["admin"].problem("uses the port of listen; choose different ports");
  else if (listen.collides(admin))
    section["listen"].problem("uses the port of admin, " + server.admin +
                              "; choose different ports");

  read_tls(section["tls"], server.tls);
  read_tls(section["admin_tls"], server.admin_tls);
  section["console"].read_boolean(server.console);
  section["threads"].read_number(server.threads, 0, threads_most);
  section["memory"].read_size(server.memory, memory_least, memory_most, true);
  section["heartbeat"].read_duration(server.heartbeat, pace_least, pace_most);
  section["retry"].read_retry(server.retry, pace_least, pace_most);
  section["max_connections"].read_number(server.max_connections, 1, connections_most);
  read_limits(section["limits"], server.limits);
  section["max_age"].read_duration(server.max_age, age_least, age_most, true);
  section["drain_delay"].read_duration(server.drain_delay, 0ms, 10min);
  section["drain"].read_duration(server.drain, 0ms, 1h);
  section["drain_http"].read_boolean(server.drain_http);
  section["access_log"].read_number(server.access_log, 0);
  read_cors(section["cors"], server.cors);
  read_networks(section["trusted_proxies"], server.trusted_proxies);
  read_hosts(section["admin_hosts"], server.admin_hosts);
  section["proxy_protocol"].read_boolean(server.proxy_protocol);
  read_upstream(section["upstream"], {listen, admin}, server.upstream);
  return server;
}

}  // namespace sidestream
