// The path of a request from a client to the app, and of the answer back, so that a tool can count
// its instructions: client and app take their turns between those of the event loop, on its thread,
// over loopback.
//
//   perf_forward request|body        prints how many requests were answered
//
// Only what happens in counted_run is to be counted, but for outside_turn, which it calls;
// callgrind is told both names.

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sidecar/http/protocol/serve.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

using namespace sidestream;

constexpr int requests = 1000;

// One event loop, one client, one connection to the app.
class ProxyRun {
 public:
  ProxyRun(std::string_view request, std::string_view answer) : request_(request), answer_(answer) {
    client_.connect(listener_.local_endpoint());
    Socket accepted(loop_.io());
    listener_.accept(accepted);
    auto admitted = std::make_unique<Connection>(ConnectionPlace(quotas_.connections.take()),
                                                 accepted.native_handle());
    asio::co_spawn(
        loop_.io(),
        serve_connection(std::move(accepted), std::move(admitted), Port::streams, loop_, context_),
        asio::detached);
    app_listener_.non_blocking(true);
    asio::write(client_, asio::buffer(request_));
  }
  ~ProxyRun() {
    client_.close();
    io().restart();
    while (quotas_.connections.taken() > 0) io().run_one();
  }

  asio::io_context& io() { return loop_.io(); }
  // What client and app can do now. False: that was the last answer.
  bool turn() {
    if (!app_.is_open()) accept();
    if (app_.is_open() && has_whole(app_, request_)) asio::write(app_, asio::buffer(answer_));
    if (!has_whole(client_, answer_)) return true;
    if (++answers_ == requests) return false;
    asio::write(client_, asio::buffer(request_));
    return true;
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
    boost::system::error_code none_yet;
    app_listener_.accept(app_, none_yet);
  }
  // Reads what is there. True: that ends as the message does.
  bool has_whole(tcp::socket& socket, std::string_view message) {
    if (socket.available() == 0) return false;
    char room[4096];
    taken_.append(room, socket.read_some(asio::buffer(room)));
    if (!taken_.ends_with(message.substr(message.size() - 4))) return false;
    taken_.clear();
    return true;
  }

  const std::string_view request_;
  const std::string_view answer_;
  int answers_ = 0;
  asio::io_context outside_;  // whose sockets block
  const tcp::endpoint any_{asio::ip::address_v4::loopback(), 0};
  tcp::acceptor listener_{outside_, any_};
  tcp::acceptor app_listener_{outside_, any_};
  tcp::socket client_{outside_};
  tcp::socket app_{outside_};
  std::string taken_;

  const ConfigHolder serving_{RunningConfig{settings_for(app_listener_), {}}};
  Memory memory_{64 << 20};
  ReplayPool pool_{memory_};
  OpenLogs logs_{memory_, pool_, Logger()};
  ServerProbe probe_;
  Lifecycle lifecycle_;
  Quotas quotas_;
  AdminPages pages_{logs_, probe_, lifecycle_, {}};
  Router router_{pages_};
  Limits limits_{memory_.budget(), Logger()};
  HiddenTexts hidden_;
  QuestionLogs questions_;
  ServerContext context_{router_, logs_,      probe_,  lifecycle_, quotas_,
                         limits_, questions_, hidden_, Logger()};
  EventLoop loop_{memory_, probe_, lifecycle_, quotas_, limits_, serving_, Logger()};
};

}  // namespace

extern "C" {
[[gnu::noinline]] bool outside_turn(ProxyRun& run) { return run.turn(); }
}

namespace {

void take_turns(ProxyRun& run) {
  if (!outside_turn(run)) return run.io().stop();
  asio::post(run.io(), [&run] { take_turns(run); });
}

}  // namespace

extern "C" {
[[gnu::noinline]] void counted_run(ProxyRun& run) { run.io().run(); }
}

namespace {

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
  ProxyRun run(asked, answer);
  take_turns(run);
  counted_run(run);
  return printf("%d\n", requests) < 0;
}
