// The path of a request from a client to the app, and of the answer back, so that a tool can count
// its instructions: client, app and the event loop take turns on one thread, over loopback.
//
//   perf_forward request|body        prints how many requests were answered
//
// Only what happens in counted_turn is to be counted; callgrind is told its name.

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "sidecar/http/session.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

extern "C" {
[[gnu::noinline]] void counted_turn(asio::io_context& io) { io.run_one(); }
}

namespace {

using namespace sidestream;

constexpr int requests = 1000;

// One event loop, one client, one connection to the app.
class House {
 public:
  House() {
    client_.connect(listener_.local_endpoint());
    Socket accepted(loop_.io());
    listener_.accept(accepted);
    asio::co_spawn(loop_.io(), run_session(std::move(accepted), Port::streams, loop_, context_),
                   asio::detached);
    app_listener_.non_blocking(true);
  }
  ~House() {
    client_.close();
    while (probe_.connections.value() > 0) loop_.io().run_one();
  }

  void ask(std::string_view request, std::string_view answer) {
    asio::write(client_, asio::buffer(request));
    if (!app_.is_open()) accept();
    await(app_, request);
    asio::write(app_, asio::buffer(answer));
    await(client_, answer);
  }

 private:
  static ServerSettings settings_for(const tcp::acceptor& app) {
    ServerSettings settings;
    settings.upstream.emplace();
    settings.upstream->url.host = "127.0.0.1";
    settings.upstream->url.port = app.local_endpoint().port();
    settings.upstream->access_log = 0;
    return settings;
  }

  void accept() {
    boost::system::error_code error = asio::error::would_block;
    while (error) {
      counted_turn(loop_.io());
      app_listener_.accept(app_, error);
    }
  }
  // Until a message has come that ends as `told` does.
  void await(tcp::socket& socket, std::string_view told) {
    taken_.clear();
    while (!taken_.ends_with(told.substr(told.size() - 4))) {
      while (socket.available() == 0) counted_turn(loop_.io());
      char room[4096];
      taken_.append(room, socket.read_some(asio::buffer(room)));
    }
  }

  asio::io_context outside_;  // whose sockets block
  const tcp::endpoint any_{asio::ip::address_v4::loopback(), 0};
  tcp::acceptor listener_{outside_, any_};
  tcp::acceptor app_listener_{outside_, any_};
  tcp::socket client_{outside_};
  tcp::socket app_{outside_};
  std::string taken_;

  const ServerSettings settings_ = settings_for(app_listener_);
  Memory memory_{64 << 20};
  ReplayPool pool_{memory_};
  ServerProbe probe_;
  static Connector& no_connector(const std::string&) { std::abort(); }
  Topics topics_{{}, no_connector, memory_, pool_, Log()};
  AdminPages pages_{topics_, {}, probe_, [] { return std::string(); }, false};
  Router router_{settings_, topics_, pages_};
  SessionContext context_{settings_, router_, topics_, probe_, Log()};
  EventLoop loop_{memory_, probe_, settings_, Log()};
};

// As a browser asks behind an ingress, and as an app answers.
constexpr std::string_view fields =
    "Host: shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n"
    "Accept-Encoding: gzip, deflate\r\nAccept-Language: en\r\nCookie: session=0123456789abcdef\r\n";
constexpr std::string_view answer_head =
    "HTTP/1.1 200 OK\r\nServer: app\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
    "Content-Type: text/plain\r\nContent-Length: 1024\r\n\r\n";

std::string request(std::string_view what) {
  const std::string head(fields);
  if (what == "request") return "GET /orders/17?full=1 HTTP/1.1\r\n" + head + "\r\n";
  if (what == "body") {
    return "POST /orders HTTP/1.1\r\n" + head + "Content-Length: 100\r\n\r\n" +
           std::string(100, 'x');
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string asked = request(argc > 1 ? argv[1] : "");
  if (asked.empty()) return 1;
  const std::string answer = std::string(answer_head) + std::string(1024, 'x');
  House house;
  for (int i = 0; i < requests; ++i) house.ask(asked, answer);
  return printf("%d\n", requests) < 0;
}
