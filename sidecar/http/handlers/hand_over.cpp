#include "sidecar/http/handlers/hand_over.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "sidecar/http/handlers/publish_answer.hpp"

namespace sidestream {
namespace {

void hide_secrets(PublishResult& result, const HiddenTexts& hidden) {
  if (result || result.error().reason.empty()) return;
  PublishError error = result.error();
  error.reason = hidden.hide(error.reason);
  result = std::move(error);
}

}  // namespace

Awaitable<PublishResult> hand_over(std::shared_ptr<Connector> connector, std::string log,
                                   Message message, const HiddenTexts& hidden) {
  auto executor = co_await boost::asio::this_coro::executor;
  const auto answer = std::make_shared<PublishAnswer>();
  connector->publish(std::move(log), std::move(message),
                     [answer](PublishResult result) { answer->set(std::move(result)); });
  if (!answer->is_set()) {
    auto initiate = [executor, answer](auto handler) {
      auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      answer->when_set(
          [executor, shared] { boost::asio::post(executor, [shared] { std::move (*shared)(); }); });
    };
    co_await boost::asio::async_initiate<const UseAwaitable&, void()>(initiate, UseAwaitable());
  }
  PublishResult result = answer->take();
  hide_secrets(result, hidden);
  co_return result;
}

}  // namespace sidestream
