#include "sidecar/http/handlers/answer_poll.hpp"

#include <string>
#include <utility>

#include "sidecar/http/handlers/publish_checks.hpp"

namespace sidestream {
namespace {

Response with_fields(Response response, Fields headers) {
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response refuse_for_memory(const Client& client, const ServerContext& context) {
  context.limits.refusals.write(RefusalLog::Kind::request, name_of(LimitRefusal::bodies), client,
                                503);
  return too_many_bodies(context);
}

}  // namespace

Awaitable<void> answer_poll(std::shared_ptr<Poll> poll, std::chrono::milliseconds time,
                            Fields headers, const Client& client, Responder& responder,
                            const ServerContext& context) {
  {
    const auto left = [poll] { poll->leave(); };
    const auto watch = responder.watch_client(left);
    co_await poll->wait(time);
  }
  if (poll->was_left()) co_return;
  Response response = with_fields(poll->has_no_room() ? refuse_for_memory(client, context)
                                                      : Response::json(poll->take_answer()),
                                  std::move(headers));
  co_await responder.respond(std::move(response));
}

Response refuse_poll(std::string_view reason, Fields headers) {
  const bool limit = reason == "limit";
  Response response = Response::error(
      limit ? 429 : 503, limit ? "you have reached a limit of streams or logs; try again later"
                               : "no more streams at the moment; try again later");
  response = with_fields(std::move(response), std::move(headers));
  response.headers.emplace_back("Retry-After", limit ? "15" : "5");
  return response;
}

}  // namespace sidestream
