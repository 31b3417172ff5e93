#include "sidecar/http/handlers/publishing.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <utility>

namespace sidestream {

Awaitable<Result<Published>> publish(PublishRequest request) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto initiate = [executor, &request](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    request.topic->connector.publish(
        std::move(request.log), std::move(request.message),
        [executor, shared](Result<Published> result) {
          boost::asio::post(executor, [shared, result = std::move(result)]() mutable {
            std::move (*shared)(std::move(result));
          });
        });
  };
  co_return co_await boost::asio::async_initiate<const UseAwaitable&, void(Result<Published>)>(
      initiate, UseAwaitable());
}

}  // namespace sidestream
