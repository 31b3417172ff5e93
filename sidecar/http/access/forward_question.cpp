#include "sidecar/http/access/forward_question.hpp"

#include <algorithm>
#include <boost/url/encode.hpp>
#include <boost/url/grammar/lut_chars.hpp>
#include <string_view>

#include "sidecar/settings/network.hpp"

namespace sidestream {
namespace {

// Parts of the key can't run into each other.
void add_part(std::string& key, std::string_view part) {
  key += std::to_string(part.size());
  key += ':';
  key += part;
}

// What the values of paths and queries may hold as they are.
constexpr boost::urls::grammar::lut_chars plain(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@,;=!$'()*/");

std::string escaped(std::string_view text) { return boost::urls::encode(text, plain); }

bool is_ticket(std::string_view name, const AccessSettings& access) {
  return std::ranges::any_of(access.token_from, [&](const TokenSource& source) {
    return source.kind == TokenSource::Kind::query && source.name == name;
  });
}

// Path and query; values of tickets are left out, because URLs end up in logs.
std::string uri_of(const Request& request, const AccessSettings& access) {
  std::string uri = escaped(request.path());
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    uri += separator;
    separator = '&';
    uri += escaped(name);
    uri += '=';
    if (!is_ticket(name, access)) uri += escaped(value);
  }
  return uri;
}

std::string forwarded(const Request& request, std::string_view name, std::string_view otherwise) {
  const auto told = request.from_trusted_proxy ? request.header(name) : std::nullopt;
  return std::string(told.value_or(otherwise));
}

}  // namespace

ForwardQuestionPtr make_question(const Request& request, const std::string& topic,
                                 const PathParameters& parameters, const AccessSettings& access) {
  ForwardQuestion question;
  add_part(question.key, request.method);
  add_part(question.key, topic);
  for (const auto& [name, value] : parameters) add_part(question.key, value);
  for (const std::string& name : access.forward->pass) {
    const std::string value = request.joined(name);
    add_part(question.key, value);
    if (value.empty()) continue;
    question.headers.emplace_back(name, value);
  }
  question.headers.emplace_back("X-Forwarded-Method", request.method);
  question.headers.emplace_back(
      "X-Forwarded-Proto", forwarded(request, "x-forwarded-proto", request.tls ? "https" : "http"));
  question.headers.emplace_back("X-Forwarded-Host", forwarded(request, "x-forwarded-host",
                                                              request.header("host").value_or("")));
  const std::string uri = uri_of(request, access);
  question.headers.emplace_back("X-Forwarded-Uri", uri);
  // The names that endpoints for nginx auth_request read.
  question.headers.emplace_back("X-Original-URI", uri);
  question.headers.emplace_back("X-Original-Method", request.method);
  question.headers.emplace_back("X-Forwarded-For", format_ip(request.client.address));
  return std::make_shared<const ForwardQuestion>(std::move(question));
}

}  // namespace sidestream
