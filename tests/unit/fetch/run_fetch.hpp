#pragma once
// Runs fetches on a loop of the test's own.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <utility>

#include "sidecar/fetch/client.hpp"

namespace sidestream::test {

inline Awaitable<void> fetch_into(FetchClient& client, const FetchRequest& request,
                                  std::optional<Fetched<FetchResponse>>& result) {
  result = co_await client.fetch(request);
}

class Fetching {
 public:
  explicit Fetching(std::string ca_file = {}) : client(io, std::move(ca_file)) {}

  Fetched<FetchResponse> fetch(const FetchRequest& request) {
    std::optional<Fetched<FetchResponse>> result;
    boost::asio::co_spawn(io, fetch_into(client, request, result), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
    io.restart();
    while (!result) io.run_one();
    return *result;
  }
  Fetched<FetchResponse> get(const std::string& url) { return fetch(FetchRequest(url)); }

  boost::asio::io_context io;
  FetchClient client;
};

// "" where it succeeded.
inline std::string error_text(const Fetched<FetchResponse>& result) {
  return result ? "" : result.error().text;
}

}  // namespace sidestream::test
