#include <algorithm>
#include <array>
#include <chrono>

#include "sidecar/base/ascii_case.hpp"
#include "sidecar/base/hidden_texts.hpp"
#include "sidecar/settings/keys.hpp"
#include "sidecar/settings/read.hpp"
#include "sidecar/settings/service_url.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view algorithms[] = {"HS256", "HS384", "HS512", "RS256", "RS384",
                                           "RS512", "PS256", "PS384", "PS512", "ES256",
                                           "ES384", "ES512", "EdDSA"};

// `like`: an example of the value.
void read_required(const Section& section, std::string_view key, std::string_view like,
                   std::string& into) {
  if (!section.has(key))
    section[key].problem("is missing; write " + std::string(key) + ": " + std::string(like));
  if (const auto text = section[key].text()) into = text->value;
}

// A key set's URL, or the content of a file. Not shown: a URL may hold a secret in its query.
void read_keys(const Value& value, IssuerSettings& issuer) {
  const auto text = value.text();
  if (!text) return;
  if (text->value.starts_with("http://") || text->value.starts_with("https://")) {
    const std::string error = check_service_url(text->value, PlainHttp::on_loopback);
    if (!error.empty()) value.problem(error);
    issuer.keys_url = text->value;
  } else if (text->expanded) {
    issuer.keys_text = text->value;
  } else {
    value.problem(
        "is neither a key set's URL nor a file; write https://HOST/jwks.json or file:PATH");
  }
}

void read_algorithms(const Value& value, IssuerSettings& issuer) {
  for (const Value& item : value.items()) {
    const auto text = item.text();
    if (!text) continue;
    const std::vector<std::string_view> known(std::begin(algorithms), std::end(algorithms));
    if (std::ranges::find(known, text->value) == known.end()) {
      item.problem(text->shown + " is not an algorithm" +
                   value.context().suggest(text->showable(), known, "known"));
    } else if (text->value.starts_with("HS") != !issuer.secret.empty()) {
      item.problem(text->shown +
                   (issuer.secret.empty()
                        ? " belongs to secret:; with keys: write RS256, ES256, EdDSA or the like"
                        : " belongs to keys:; with secret: write HS256, HS384 or HS512"));
    }
    issuer.algorithms.push_back(text->value);
  }
}

void check_keys_or_secret(const Section& section) {
  if (section.has("keys") && section.has("secret"))
    section["secret"].problem(
        "and keys: exclude each other; keep keys: if the issuer signs with a private key (RS, PS, "
        "ES, "
        "EdDSA), "
        "secret: if it shares a secret (HS)");
  if (!section.has("keys") && !section.has("secret"))
    section.problem(
        "has neither keys: nor secret:; write keys: https://HOST/jwks.json, keys: file:PATH or "
        "secret: file:PATH");
}

// What only libraries can find. Requires: no other problem.
void check_files(const Section& section, const IssuerSettings& issuer, const Context& context) {
  const Checks& checks = context.checks;
  if (checks.keys) {
    const std::string problem = checks.keys(issuer);
    const Value value = section[issuer.secret.empty() ? "keys" : "secret"];
    if (!problem.empty()) value.problem(context.hide(problem));
  }
  if (checks.authorities && !issuer.ca.empty()) {
    const std::string problem = checks.authorities(issuer.ca);
    if (!problem.empty()) section["ca"].problem(context.hide(problem));
  }
}

IssuerSettings read_issuer(const Value& value) {
  IssuerSettings issuer;
  const std::size_t before = value.context().problems.count();
  const Section section = value.section(keys::issuer);
  read_required(section, "issuer", "the iss of the tokens", issuer.issuer);
  if (!section.has("audience"))
    section["audience"].problem("is missing; write audience: the aud of the tokens");
  for (const Value& item : section["audience"].one_or_more())
    if (const auto text = item.text()) issuer.audiences.push_back(text->value);
  check_keys_or_secret(section);
  read_keys(section["keys"], issuer);
  read_secret(section["secret"], issuer.secret);
  read_algorithms(section["algorithms"], issuer);
  section["leeway"].read_duration(issuer.leeway, 0ms, 10min);
  section["ca"].read_path_or_empty(issuer.ca);
  if (value.context().problems.count() == before) check_files(section, issuer, value.context());
  return issuer;
}

void read_tokens(const Value& value, AccessSettings& access) {
  for (const Value& item : value.items()) {
    IssuerSettings issuer = read_issuer(item);
    const auto same = [&](const IssuerSettings& other) { return other.issuer == issuer.issuer; };
    if (!issuer.issuer.empty() && std::ranges::any_of(access.tokens, same))
      item.problem("has the issuer of another entry; list all its audiences there");
    access.tokens.push_back(std::move(issuer));
  }
}

// What the question says itself, and what belongs to its connection: a client must not choose it.
bool is_of_the_question(const std::string& name) {
  constexpr std::array<std::string_view, 12> names{
      "connection", "content-length", "expect",  "forwarded",         "host", "keep-alive",
      "te",         "trailer",        "upgrade", "transfer-encoding", "via",  "x-real-ip"};
  return name.starts_with("x-forwarded-") || name.starts_with("x-original-") ||
         name.starts_with("proxy-") || std::ranges::find(names, name) != names.end();
}

// Headers that say something else, to Sidestream or to every server.
bool is_known_header(const std::string& name) {
  constexpr std::array<std::string_view, 14> names{
      "accept", "age",           "content-type", "date",    "from",       "last-event-id", "link",
      "origin", "cache-control", "pragma",       "referer", "user-agent", "traceparent",   "range"};
  return is_of_the_question(name) || name.starts_with("sec-") || name.starts_with("accept-") ||
         name.starts_with("if-") || name.starts_with("access-control-") ||
         name.starts_with("content-") || std::ranges::find(names, name) != names.end();
}

void check_source(const Value& value, TokenSource::Kind kind, const std::string& name,
                  const std::string& shown) {
  using Kind = TokenSource::Kind;
  if (!is_http_token(name))
    value.problem(shown + " is not a valid name; write letters, digits, - and _");
  else if (kind == Kind::header && name == "cookie")
    value.problem(shown + " holds all cookies; write cookie: NAME");
  else if (kind == Kind::header && is_known_header(name))
    value.problem(shown +
                  " is a header with another meaning; write authorization, or a name of "
                  "your own like x-token");
  else if (kind == Kind::query && (is_stream_parameter(name) || name == "event" || name == "key"))
    value.problem(shown +
                  " is a query parameter with another meaning; write another name, like "
                  "ticket");
}

std::optional<TokenSource> read_source(const Value& value) {
  using Kind = TokenSource::Kind;
  const Section section = value.section(keys::token_source);
  std::vector<TokenSource> found;
  for (const auto& [key, kind] :
       {std::pair{"header", Kind::header}, {"cookie", Kind::cookie}, {"query", Kind::query}}) {
    if (!section.has(key)) continue;
    const auto text = section[key].text();
    if (!text) return std::nullopt;
    const std::string name = kind == Kind::header ? to_lower(text->value) : text->value;
    check_source(section[key], kind, name, text->shown);
    found.push_back({kind, name});
  }
  if (found.size() == 1) return found[0];
  section.problem(found.empty() ? "has no source; write header: NAME, cookie: NAME or query: NAME"
                                : "has several sources; give each a list item of its own");
  return std::nullopt;
}

void read_sources(const Value& value, AccessSettings& access) {
  if (!value.present()) return;
  access.token_from.clear();
  for (const Value& item : value.items()) {
    const auto source = read_source(item);
    if (source && std::ranges::find(access.token_from, *source) != access.token_from.end())
      item.problem("is listed twice; remove one");
    if (source) access.token_from.push_back(*source);
  }
  if (value.is_list() && value.items().empty())
    value.problem("is empty; add a source like header: authorization, or leave the key out");
}

void read_header_names(const Value& value, std::vector<std::string>& into) {
  if (!value.present()) return;
  into.clear();
  for (const Value& item : value.items()) {
    const auto text = item.text();
    if (!text) continue;
    if (!is_http_token(text->value))
      item.problem(text->shown + " is not the name of a header; write one like authorization");
    if (is_of_the_question(to_lower(text->value)))
      item.problem(text->shown + " can't be passed on: Sidestream sets it itself; remove it");
    into.push_back(to_lower(text->value));
  }
}

void read_forward(const Value& value, std::optional<ForwardSettings>& into) {
  if (!value.present()) return;
  ForwardSettings& forward = into.emplace();
  const Section section = value.section(keys::forward);
  read_required(section, "url", "http://127.0.0.1:8000/auth", forward.url);
  const std::string error = check_service_url(forward.url, PlainHttp::anywhere);
  if (!forward.url.empty() && !error.empty()) section["url"].problem(error);
  read_header_names(section["pass"], forward.pass);
  if (forward.pass.empty())
    section["pass"].problem(
        "is empty, so all clients would be the same; list the headers that tell them "
        "apart, like [cookie, authorization]");
  for (const Value::Named& claim : section["claims"].named()) {
    const auto text = claim.value.text();
    if (!text) continue;
    if (!is_http_token(text->value))
      claim.value.problem(text->shown + " is not the name of a header; write one like x-user");
    forward.claims[claim.name] = to_lower(text->value);
  }
  section["timeout"].read_duration(forward.timeout, 100ms, 1min);
  section["cache"].read_duration(forward.cache, 100ms, 1h, true);
  section["recheck"].read_duration(forward.recheck, 1s, 24h, true);
}

void read_revocations(const Value& value, const std::vector<KnownConnector>& connectors,
                      std::optional<RevocationSettings>& into) {
  if (!value.present()) return;
  RevocationSettings& revocations = into.emplace();
  const Section section = value.section(keys::revocations);
  const auto kind = read_from(section["from"], connectors, revocations.from);
  const bool kafka = kind == KnownConnector::Kind::kafka || section.has("topic");
  if (section.has("topic") && section.has("stream"))
    section.problem("has topic: and stream:; write topic: for Kafka, stream: for the others");
  read_required(section, kafka ? "topic" : "stream", "the log of revocations", revocations.log);
  if (kafka && section.has("stream")) section["stream"].text();
}

}  // namespace

std::optional<AccessSettings> read_access(const Value& value,
                                          const std::vector<KnownConnector>& connectors) {
  if (!value.present()) return std::nullopt;
  AccessSettings access;
  const Section section = value.section(keys::access);
  read_tokens(section["tokens"], access);
  read_sources(section["token_from"], access);
  section["ticket_lifetime"].read_duration(access.ticket_lifetime, 1s, 1h);
  section["stream_lifetime"].read_duration(access.stream_lifetime, 1s, 7 * 24h);
  read_forward(section["forward"], access.forward);
  if (const auto text = section["subject"].text()) access.subject = text->value;
  read_revocations(section["revocations"], connectors, access.revocations);
  section["log_subject"].read_choice(
      access.log_subject,
      {{"full", LogSubject::full}, {"hashed", LogSubject::hashed}, {"none", LogSubject::none}});
  return access;
}

}  // namespace sidestream
