// Where a request carries its token, and what the app is asked about it.

#include <string>
#include <vector>

#include "sidecar/http/access/credentials.hpp"
#include "sidecar/http/access/forward_question.hpp"
#include "tests/fuzz/check.hpp"

namespace fuzz {
namespace {

using sidestream::Credential;
using sidestream::Request;
using sidestream::TokenSource;
using Kind = Credential::Kind;

constexpr std::string_view sure_token = "sure.token.x";

const std::vector<TokenSource>& sources() {
  static const std::vector<TokenSource> all{{TokenSource::Kind::header, "authorization"},
                                            {TokenSource::Kind::header, "x-token"},
                                            {TokenSource::Kind::cookie, "session"},
                                            {TokenSource::Kind::query, "ticket"}};
  return all;
}

// A line each: `a` and x-token's `x`, a cookie header's `c`, or `q` and a parameter.
Request request_of(std::string_view text) {
  Request request;
  request.method = "GET";
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty()) continue;
    const std::string value(line.substr(1));
    const std::size_t equals = value.find('=');
    if (line[0] == 'a') request.headers.emplace_back("authorization", value);
    if (line[0] == 'x') request.headers.emplace_back("x-token", value);
    if (line[0] == 'c') request.headers.emplace_back("cookie", value);
    if (line[0] == 'q' && equals != std::string::npos)
      request.query.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  }
  return request;
}

Credential find(const Request& request) { return sidestream::find_credential(request, sources()); }

bool same(const Credential& a, const Credential& b) {
  return a.kind == b.kind && a.token == b.token && a.ticket == b.ticket;
}

bool holds(const sidestream::Fields& fields, const std::string& token) {
  for (const auto& [name, value] : fields)
    if (value.find(token) != std::string::npos) return true;
  return false;
}

void check_result(const Credential& found, const Request& request, std::string_view text) {
  require((found.kind == Kind::token) == !found.token.empty(), "a token is not empty", text);
  if (found.kind != Kind::token) {
    require(!found.ticket, "only a token is a ticket", text);
    return;
  }
  require(holds(found.ticket ? request.query : request.headers, found.token),
          "the token is the client's own", text);
  if (found.ticket || holds(request.headers, '"' + found.token + '"')) return;
  require(found.token.find_first_of(" \t") != 0, "no blank before it", text);
  require(found.token.find_last_of(" \t") != found.token.size() - 1, "no blank behind it", text);
}

// Each cookie in a header of its own, and others around it.
Request with_cookies_apart(const Request& request) {
  Request apart = request;
  apart.headers.clear();
  for (const auto& [name, value] : request.headers) {
    if (name != "cookie") {
      apart.headers.emplace_back(name, value);
      continue;
    }
    for (std::size_t at = 0; at <= value.size();) {
      const std::size_t end = std::min(value.find(';', at), value.size());
      apart.headers.emplace_back("cookie",
                                 "my-session=x; " + value.substr(at, end - at) + "; sessions=y");
      at = end + 1;
    }
  }
  return apart;
}

void check_same_elsewhere(const Credential& found, const Request& request, std::string_view text) {
  require(same(found, find(with_cookies_apart(request))), "cookies may stand apart", text);
  Request twice = request;
  twice.headers.insert(twice.headers.end(), request.headers.begin(), request.headers.end());
  twice.query.insert(twice.query.end(), request.query.begin(), request.query.end());
  require(same(found, find(twice)), "an equal value is no second one", text);
}

void check_order(const Credential& found, Request request, std::string_view text) {
  request.query.emplace_back("ticket", sure_token);
  const Credential last = find(request);
  if (found.kind == Kind::none)
    require(last.kind == Kind::token && last.ticket && last.token == sure_token,
            "a ticket is found where nothing else is", text);
  else if (!found.ticket && found.kind == Kind::token)
    require(same(last, found), "headers and cookies come before tickets", text);
  request.headers.emplace_back("authorization", "bEARER  " + std::string(sure_token) + "\t");
  const Credential first = find(request);
  require(first.kind == Kind::ambiguous ||
              (first.kind == Kind::token && !first.ticket && first.token == sure_token),
          "authorization comes first", text);
}

// The app gets no value of a ticket, and a URI that is one.
void check_question(const Request& request, std::string_view text) {
  sidestream::AccessSettings access;
  access.token_from = sources();
  access.forward.emplace();
  const auto question = sidestream::make_question(request, "t", {}, access);
  for (const auto& [name, value] : question->headers) {
    if (name != "X-Forwarded-Uri") continue;
    for (const char c : value) require(c > ' ' && c < '\x7f', "a URI is visible ASCII", text);
    for (std::size_t at = value.find('?'); at != std::string::npos; at = value.find('&', at + 1)) {
      if (value.compare(at + 1, 7, "ticket=") != 0) continue;
      require(at + 8 == value.size() || value[at + 8] == '&', "no ticket's value", text);
    }
  }
  require(sidestream::make_question(request, "t", {}, access)->key == question->key,
          "the same question again", text);
  Request other = request;
  other.headers.emplace_back("cookie", "another");
  require(sidestream::make_question(other, "t", {}, access)->key != question->key,
          "other cookies make another question", text);
}

}  // namespace

void check_credentials(Input input) {
  const std::string text(input.rest());
  const Request request = request_of(text);
  const Credential found = find(request);
  check_result(found, request, text);
  check_same_elsewhere(found, request, text);
  check_order(found, request, text);
  check_question(request, text);
  require(sidestream::find_credential(request, {}).kind == Kind::none, "no source, no token", text);
}

}  // namespace fuzz
