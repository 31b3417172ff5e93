#include "sidecar/fetch/client.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/fetch/exchange.hpp"

namespace sidestream {
namespace {

FetchError with_request(const FetchRequest& request, const FetchError& error) {
  const std::string what = request.method + " " + hide_secrets(request.url) + ": ";
  return FetchError(error.code, what + error.text);
}

}  // namespace

Awaitable<Fetched<FetchResponse>> FetchClient::fetch(FetchRequest request) {
  const auto deadline = Clock::now() + request.within;
  const Fetched<FetchUrl> url = parse_fetch_url(request.url);
  if (!url) co_return url.error();
  const Fetched<std::string> bytes = encode_request(request, *url);
  if (!bytes) co_return bytes.error();
  const FetchRoute route(*url, request.socket);

  std::unique_ptr<FetchConnection> connection;
  if (request.keep_alive && request.is_idempotent()) connection = pool_.take(route);
  for (;;) {
    const bool reused = connection != nullptr;
    if (!reused) {
      const auto connect_by = std::min(deadline, Clock::now() + request.connect_within);
      auto connected = co_await connect(route, connect_by);
      if (!connected) co_return with_request(request, connected.error());
      connection = std::move(*connected);
    }
    connection->close_at(deadline);
    const Exchange exchange{*connection, request, *bytes};
    Fetched<ExchangeResult> result = co_await run_exchange(exchange);
    if (result && result->reusable) pool_.put(std::move(connection));
    if (result) co_return std::move(result->response);
    // The server may have closed the idle connection just as the request was sent.
    const bool retry = reused && result.error().code == FetchErrc::closed;
    if (!retry) co_return with_request(request, result.error());
    connection.reset();
  }
}

Awaitable<Fetched<std::unique_ptr<FetchConnection>>> FetchClient::connect(
    FetchRoute route, Clock::time_point deadline) {
  auto connection = std::make_unique<FetchConnection>(io_, std::move(route));
  const Fetched<void> connected = co_await connection->connect(tls_, deadline);
  if (!connected) co_return connected.error();
  co_return std::move(connection);
}

}  // namespace sidestream
