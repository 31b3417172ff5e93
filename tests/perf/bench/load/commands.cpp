#include "tests/perf/bench/load/commands.hpp"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <stdexcept>

namespace bench {
namespace {

namespace json = boost::json;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t connect_patience = 60 * second;
constexpr std::int64_t quiet_patience = 10 * second;  // without any event

double seconds(std::int64_t ns) { return static_cast<double>(ns) / static_cast<double>(second); }
double milliseconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e6; }

void say(const json::object& line) {
  printf("%s\n", json::serialize(line).c_str());
  fflush(stdout);
}

Plan parse_plan(const std::string& line) {
  Plan plan;
  std::string server = "127.0.0.1:0";
  CLI::App app;
  app.add_option("--kind", plan.outlet.kind, "post, block or kafka")->required();
  app.add_option("--server", server, "post, block: ADDRESS:PORT");
  app.add_option("--path", plan.outlet.path, "post: the path; kafka: the topic");
  app.add_option("--bootstrap", plan.outlet.bootstrap, "kafka");
  app.add_option("--keys", plan.outlet.keys,
                 "post: the events have the keys user-0, user-1 ... in turn, so many of them");
  app.add_option("--size", plan.outlet.size, "bytes of data of an event");
  app.add_option("--connections", plan.outlet.connections, "post: so many; kafka: partitions");
  app.add_flag("--json", plan.outlet.json, "kafka: data is JSON");
  app.add_option("--events", plan.events)->required();
  app.add_option("--rate", plan.rate, "events per second; 0: as fast as they are taken");
  app.add_option("--burst", plan.burst, "so many are due at the same time");
  app.add_option("--window", plan.window,
                 "the next is published when all but so many have arrived");
  app.parse(line);
  plan.outlet.server = parse_address(server);
  return plan;
}

}  // namespace

sockaddr_in parse_address(const std::string& text) {
  const auto colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (colon == text.npos ||
      inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1)
    throw std::runtime_error("not an address: " + text);
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1))));
  return address;
}

Commands::Commands(const CrowdOptions& options) : options_(options), crowd_(options) {}

void Commands::connect() {
  const std::int64_t start = now_ns();
  while (!crowd_.all_answered() && now_ns() - start < connect_patience) crowd_.turn(100);
  say({{"connected", crowd_.connected()},
       {"lost", crowd_.lost()},
       {"start_ns", start},
       {"seconds", seconds(now_ns() - start)}});
}

void Commands::obey() {
  epoll_event event{EPOLLIN, {.u32 = Crowd::other}};
  epoll_ctl(crowd_.epoll(), EPOLL_CTL_ADD, STDIN_FILENO, &event);
  std::string input;
  while (true) {
    if (!crowd_.turn(1000)) continue;
    char bytes[4096];
    const ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n <= 0) return;
    input.append(bytes, static_cast<std::size_t>(n));
    for (auto end = input.find('\n'); end != input.npos; end = input.find('\n')) {
      run(input.substr(0, end));
      input.erase(0, end + 1);
    }
  }
}

void Commands::run(const std::string& line) {
  const auto space = line.find(' ');
  const std::string verb = line.substr(0, space);
  const std::string rest = space == line.npos ? "" : line.substr(space + 1);
  if (verb == "publish") return publish(parse_plan(rest));
  if (verb == "wait") return wait(static_cast<std::uint32_t>(std::stoul(rest)));
  throw std::runtime_error("unknown command: " + verb);
}

void Commands::publish(const Plan& asked) {
  Plan plan = asked;
  plan.subscribers = crowd_.connected();
  crowd_.begin(plan.outlet.connections);
  bell_.arrived(0);
  const Publisher publisher(plan, bell_);
  report(gather(plan.events, &publisher), &publisher);
}

void Commands::wait(std::uint32_t events) {
  report(gather(events, nullptr), nullptr);
  crowd_.begin(Crowd::publishers_max);
}

bool Commands::gather(std::uint32_t events, const Publisher* publisher) {
  const std::uint64_t wanted = std::uint64_t{events} * crowd_.readers_of_each();
  std::int64_t changed = now_ns();
  std::uint64_t before = 0;
  while (crowd_.figures().events < wanted || (publisher && !publisher->done())) {
    crowd_.turn(100);
    const std::uint64_t received = crowd_.figures().events;
    bell_.arrived(received);
    if (received != before) changed = now_ns();
    before = received;
    const bool failed = publisher && publisher->done() && !publisher->error().empty();
    if (failed || now_ns() - changed > quiet_patience) return false;
  }
  if (crowd_.readers_of_each() == 1) return crowd_.figures().events == events;
  const auto [least, most] = crowd_.spread();
  return least == events && most == events;
}

void Commands::report(bool complete, const Publisher* publisher) {
  const CrowdFigures& f = crowd_.figures();
  const auto [least, most] = crowd_.spread();
  json::object line{{"complete", complete},
                    {"events", f.events},
                    {"least", least},
                    {"most", most},
                    {"wrong", f.wrong},
                    {"connected", crowd_.connected()},
                    {"bytes", f.bytes},
                    {"reads", f.reads},
                    {"seconds", seconds(f.last_ns - f.first_ns)},
                    {"first_ns", f.first_ns},
                    {"last_ns", f.last_ns},
                    {"p50_ms", milliseconds(f.latency.at(0.5))},
                    {"p99_ms", milliseconds(f.latency.at(0.99))},
                    {"max_ms", milliseconds(f.latency.most())},
                    {"last_id", crowd_.last_id()}};
  if (publisher) {
    // A publisher that has not ended yet can't be asked: it would be changed meanwhile.
    while (!publisher->done()) crowd_.turn(10);
    line["publish_seconds"] = publisher->seconds();
    line["refused"] = publisher->refused();
    line["error"] = publisher->error();
  }
  say(line);
}

}  // namespace bench
