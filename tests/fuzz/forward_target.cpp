// What the app answers to the question who a reader is.

#include <array>
#include <boost/json/serialize.hpp>
#include <string>

#include "sidecar/base/rfc3339.hpp"
#include "sidecar/http/access/forward_answer.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/json_checks.hpp"

namespace fuzz {
namespace {

namespace json = boost::json;
using sidestream::ForwardAnswer;
using Kind = ForwardAnswer::Kind;

constexpr std::array statuses{200U, 204U, 299U, 401U, 403U, 302U, 404U, 500U};
constexpr std::array types{"application/json", "Application/JSON ; charset=utf-8", "text/html", "",
                           "application/json-seq"};
constexpr std::size_t json_types = 2;
constexpr std::chrono::sys_seconds asked{std::chrono::seconds(1'800'000'000)};

sidestream::AccessSettings settings() {
  sidestream::AccessSettings access;
  access.forward.emplace().claims = {{"sub", "x-user"}, {"te\"nant", "x-tenant"}};
  return access;
}

bool is_valid_text(std::string_view text) {
  const auto parsed = parse_whole(json::serialize(json::value(text)));
  return parsed && parsed->is_string();
}

// Of a claim: the body's where it has one, else the header's.
void check_claim(const sidestream::Claims& claims, const std::string& name, std::string_view header,
                 const json::object* body, std::string_view seen) {
  const auto text = claims.text(name);
  const json::value* own = body == nullptr ? nullptr : body->if_contains(name);
  if (own == nullptr) {
    require(text.value_or("") == header, "the header's claim", seen);
  } else if (is_scalar(*own)) {
    require(is_text_of(text.value_or(""), *own), "the body's claim wins", seen);
  } else {
    require(!text, "the body's claim is no text", seen);
  }
}

// Whether the rights may be given for as long as the body says.
bool check_end(const ForwardAnswer& answer, const json::object* body, std::string_view seen) {
  const json::value* own = body == nullptr ? nullptr : body->if_contains("expires_at");
  const bool never = own == nullptr || own->is_null();
  const auto time = !never && own->is_string()
                        ? sidestream::parse_time(std::string_view(own->as_string()))
                        : std::nullopt;
  if (!never && !time) {
    require(answer.kind == Kind::failed, "an end that can't be read gives no rights", seen);
    return false;
  }
  if (answer.kind != Kind::signed_in) return true;
  const sidestream::Person& person = *answer.person;
  require(person.ends_at.has_value() == !never && person.expires_at.has_value() == !never,
          "the rights end, as the client is told", seen);
  if (never) return true;
  require(*person.ends_at == time.value(), "they end then", seen);
  require(*person.expires_at <= time.value(), "and the client is told no later time", seen);
  return true;
}

void check_signed_in(const ForwardAnswer& answer, const sidestream::FetchResponse& response,
                     bool is_json, std::string_view seen) {
  const auto whole = is_json ? parse_whole(response.body) : std::nullopt;
  const json::object* body = whole ? whole->if_object() : nullptr;
  if (is_json && body == nullptr) {
    require(answer.kind == Kind::failed, "a body that is no object gives no rights", seen);
    return;
  }
  if (!check_end(answer, body, seen)) return;
  const auto user = response.header("x-user"), tenant = response.header("x-tenant");
  if (!is_valid_text(user) || !is_valid_text(tenant)) return;
  require(answer.kind == Kind::signed_in, "2xx lets in", seen);
  require(answer.person->issued_at == asked, "issued when it was asked for", seen);
  require(answer.person->subject == answer.person->claims.text("sub").value_or(""),
          "the subject is the claim", seen);
  check_claim(answer.person->claims, "sub", user, body, seen);
  check_claim(answer.person->claims, "te\"nant", tenant, body, seen);
}

bool is_our_text(const std::string& failure, unsigned status) {
  return failure == "the answer is application/json, but not an object" ||
         failure == "the claims of the answer are not valid" ||
         failure == "expires_at of the answer is not a time of RFC 3339" ||
         failure == "the app answered " + std::to_string(status);
}

std::string take_line(std::string& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string line = text.substr(0, end);
  text.erase(0, std::min(end + 1, text.size()));
  return line;
}

}  // namespace

// Two bytes: status and type. Then a line for each of two headers, and the body.
void check_forward_answer(Input input) {
  static const sidestream::AccessSettings access = settings();
  sidestream::FetchResponse response;
  response.status = statuses[input.below(statuses.size())];
  const std::size_t type = input.below(types.size());
  response.body = std::string(input.rest());
  const std::string seen = response.body;
  response.headers = {{"Content-Type", types[type]}, {"WWW-Authenticate", "Session"}};
  response.headers.emplace_back("X-User", take_line(response.body));
  response.headers.emplace_back("x-tenant", take_line(response.body));

  const ForwardAnswer answer = sidestream::read_answer(response, access, asked);
  require((answer.person != nullptr) == (answer.kind == Kind::signed_in), "a person", seen);
  require(!answer.failure.empty() == (answer.kind == Kind::failed), "a failure says why", seen);
  require(answer.kind != Kind::failed || is_our_text(answer.failure, response.status),
          "but not what the app says", seen);
  if (response.status / 100 == 2) {
    check_signed_in(answer, response, type < json_types, seen);
  } else if (response.status == 401 || response.status == 403) {
    require(answer.kind == Kind::refused, "401 and 403 refuse", seen);
    require(answer.response.status == response.status && answer.response.body == response.body &&
                answer.response.headers.size() == 1,
            "and are passed on", seen);
  } else {
    require(answer.kind == Kind::failed, "others decide nothing", seen);
  }
}

}  // namespace fuzz
