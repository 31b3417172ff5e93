#pragma once
// Asks the app whether it is ready.
//
// Thread: the loop of `io`.

#include <boost/asio/io_context.hpp>
#include <string>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

struct AppState {
  AppState(bool is_ready, std::string what) : ready(is_ready), detail(std::move(what)) {}

  bool ready;
  std::string detail;  // "200", or why there is no answer
};

// By a GET of the app's readiness path on a connection of its own; 2xx and 3xx are ready. Answers
// within two seconds.
Awaitable<AppState> ask_app(boost::asio::io_context& io, const UpstreamSettings& app);

}  // namespace sidestream
