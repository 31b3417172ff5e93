#include "sidecar/http/handlers/dispatcher.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include "sidecar/http/handlers/ask.hpp"
#include "sidecar/http/handlers/publish.hpp"
#include "sidecar/http/handlers/readiness_page.hpp"
#include "sidecar/http/handlers/revoke.hpp"
#include "sidecar/http/handlers/subscribe.hpp"

namespace sidestream {
namespace {

Timestamp now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

Route Dispatcher::find(const Request* request) const {
  if (request) return Router::find(loop_.config(), port_, *request);
  Route route;
  if (port_ == Port::streams && loop_.upstream()) route.kind = Route::Kind::app;
  return route;
}

Awaitable<void> Dispatcher::answer(const Request& request, const Route& route,
                                   Responder& responder) const {
  Router::Outcome outcome = context_.router.route(loop_.config(), port_, request, route, now());
  if (auto* stream = std::get_if<StreamRequest>(&outcome)) {
    co_await subscribe(std::move(*stream), request, responder, loop_, context_);
  } else if (auto* message = std::get_if<PublishRequest>(&outcome)) {
    co_await publish(std::move(*message), request, responder, loop_, context_);
  } else if (auto* question = std::get_if<AskRequest>(&outcome)) {
    co_await ask(std::move(*question), request, responder, loop_, context_);
  } else if (auto* cancelled = std::get_if<CancelRequest>(&outcome)) {
    co_await cancel(std::move(*cancelled), request, responder, loop_, context_);
  } else if (auto* current = std::get_if<CurrentRequest>(&outcome)) {
    co_await answer_current(std::move(*current), request, responder, loop_, context_);
  } else if (auto* response = std::get_if<Response>(&outcome)) {
    co_await responder.respond(std::move(*response));
  } else if (std::holds_alternative<AdminPages::AskReadiness>(outcome)) {
    co_await show_readiness(responder, loop_, context_);
  } else if (std::holds_alternative<AdminPages::Revoke>(outcome)) {
    co_await revoke(responder, loop_, context_);
  } else {
    co_await responder.pass_on();
  }
}

}  // namespace sidestream
