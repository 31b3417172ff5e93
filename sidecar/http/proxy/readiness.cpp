#include "sidecar/http/proxy/readiness.hpp"

#include <utility>

#include "sidecar/fetch/client.hpp"

namespace sidestream {
namespace {

constexpr std::chrono::seconds limit{2};

// On a connection of its own: the check covers what a new connection needs.
FetchRequest readiness_request(const UpstreamSettings& app) {
  FetchUrl url;
  url.host = app.url.socket.empty() ? app.url.host : "localhost";
  const std::string host = url.authority();
  url.port = app.url.port;
  FetchRequest request("http://" + url.authority());
  request.target = app.readiness;
  request.socket = app.url.socket;
  request.headers.emplace_back("Host", host);  // without the port
  request.connect_within = limit;
  request.within = limit;
  request.read_body = false;
  request.keep_alive = false;
  return request;
}

}  // namespace

Awaitable<AppState> ask_app(boost::asio::io_context& io, const UpstreamSettings& app) {
  FetchClient client(io);
  FetchRequest request = readiness_request(app);
  const Fetched<FetchResponse> response = co_await client.fetch(std::move(request));
  if (response) {
    const unsigned status = response->status;
    co_return AppState(status >= 200 && status < 400, std::to_string(status));
  }
  const bool late = response.error().code == FetchErrc::timeout;
  co_return AppState(false, late ? "no answer within 2s" : response.error().text);
}

}  // namespace sidestream
