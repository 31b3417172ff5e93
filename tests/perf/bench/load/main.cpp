// The load generator: subscribers of one event stream, and a publisher beside them.
//
//   bench_load --server 127.0.0.1:8080 --path /events/x --subscribers 1000 [--resume ID]
//
// Says in one line of JSON that all are connected, then obeys lines on standard input, each
// answered by a line of JSON, until that ends:
//
//   publish [options of a plan, see commands.cpp]    publishes, and reports when everybody has all
//                                                    of it
//   wait EVENTS                                      reports when everybody has so many since the
//                                                    last report

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "tests/perf/bench/load/commands.hpp"

namespace {

void raise_file_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::vector<std::string> read_tokens(const std::string& path, std::size_t count) {
  std::vector<std::string> tokens(count);
  std::ifstream file(path);
  for (std::string& token : tokens)
    if (!std::getline(file, token)) throw std::runtime_error("too few tokens in " + path);
  return tokens;
}

}  // namespace

int main(int argc, char** argv) {
  std::string server;
  std::string tokens;
  bench::CrowdOptions options;
  CLI::App app("Subscribers of an event stream, counted and timed");
  app.add_option("--server", server, "ADDRESS:PORT")->required();
  app.add_option("--path", options.path)->required();
  app.add_option("--subscribers", options.subscribers)->required();
  app.add_option("--resume", options.last_event_id, "the Last-Event-ID of all of them");
  app.add_option("--own", options.own,
                 "a query parameter: each subscriber N reads the events of the key user-N");
  app.add_option("--tokens", tokens, "a file with a token for each subscriber, one a line");
  app.add_option("--tls", options.tls_cipher, "TLS 1.3 with this cipher");
  CLI11_PARSE(app, argc, argv);
  raise_file_limit();
  try {
    options.server = bench::parse_address(server);
    if (!tokens.empty()) options.tokens = read_tokens(tokens, options.subscribers);
    bench::Commands commands(options);
    commands.connect();
    commands.obey();
  } catch (const std::exception& error) {
    fprintf(stderr, "bench_load: %s\n", error.what());
    return 1;
  }
  return 0;
}
