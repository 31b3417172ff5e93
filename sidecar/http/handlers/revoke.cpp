#include "sidecar/http/handlers/revoke.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sidecar/auth/revocation/revocation.hpp"
#include "sidecar/http/handlers/admin_guard.hpp"
#include "sidecar/http/handlers/hand_over.hpp"
#include "sidecar/http/handlers/publish.hpp"
#include "sidecar/settings/problems.hpp"

namespace sidestream {
namespace {

constexpr std::uint64_t body_max = 64 * 1024;

// 400, if the text is no revocation or has members that mean nothing: a misspelled name would let a
// revocation match more people than it is meant for.
std::optional<Response> check_revocation(std::string_view text) {
  const std::vector<std::string> unknown = find_unknown_members(text);
  if (!unknown.empty()) {
    std::string names;
    for (const std::string& name : unknown) names += (names.empty() ? "" : ", ") + in_quotes(name);
    return Response::error(400, "unknown: " + names + "; allowed: sub, sid, jti, before");
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (parse_revocation(text, now)) return std::nullopt;
  return Response::error(
      400,
      R"(expected {"sub": "...", "sid": "...", "jti": "...", "before": <unix seconds>} with at )"
      R"(least one name)");
}

Awaitable<void> respond(Responder& responder, Response response) {
  add_admin_headers(response.headers);
  co_await responder.respond(std::move(response));
}

// Whatever the broker says, the caller tries again.
Response response_of(const PublishResult& result, OffsetFormat format) {
  if (result) return publish_response(result, format);
  Response response = Response::error(503, result.error().message());
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

Awaitable<void> revoke(Responder& responder, EventLoop& loop, const ServerContext& context) {
  const RevocationTarget target = *loop.config().revocations;
  Body body = co_await responder.read_body(body_max);
  if (body.outcome == Body::Outcome::lost) co_return;
  if (body.outcome != Body::Outcome::whole) {
    Response response = Response::error(413, "the body exceeds 65536 bytes, or took too long");
    co_return co_await respond(responder, std::move(response));
  }
  if (auto refused = check_revocation(body.text))
    co_return co_await respond(responder, std::move(*refused));
  Message message;
  message.value = std::move(body.text);
  const PublishResult result =
      co_await hand_over(target.connector, target.log, std::move(message), context.hidden);
  Response response = response_of(result, target.connector->format());
  co_await respond(responder, std::move(response));
}

}  // namespace sidestream
