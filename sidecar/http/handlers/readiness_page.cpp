#include "sidecar/http/handlers/readiness_page.hpp"

#include <memory>
#include <optional>
#include <utility>

#include "sidecar/http/handlers/admin_guard.hpp"
#include "sidecar/http/proxy/readiness.hpp"

namespace sidestream {

// While draining the result is 503 in any case, so the upstream app is not asked.
Awaitable<void> show_readiness(Responder& responder, EventLoop& loop,
                               const ServerContext& context) {
  const auto* upstream = loop.upstream();
  std::optional<AppState> app;
  if (upstream && !upstream->readiness.empty() && !context.lifecycle.is_draining()) {
    app = co_await ask_app(loop.io(), *upstream);
  }
  Response response = context.router.pages().readiness(app ? &*app : nullptr, loop.config());
  add_admin_headers(response.headers);
  co_await responder.respond(std::move(response));
}

}  // namespace sidestream
