// The load generator: subscribers of one event stream, and a publisher beside them.
//
//   bench_load --server 127.0.0.1:8080 --path /events/x --subscribers 1000 [--resume ID]
//
// Says in one line of JSON that all are connected, then obeys lines on standard input, each
// answered by a line of JSON, until that ends:
//
//   publish [options of a plan, see commands.cpp]    publishes, and reports when everybody has all
//   of it wait EVENTS                                     reports when everybody has so many since
//   the last report

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "tests/perf/bench/load/commands.hpp"

namespace {

void raise_file_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  std::string server;
  bench::CrowdOptions options;
  CLI::App app("Subscribers of an event stream, counted and timed");
  app.add_option("--server", server, "ADDRESS:PORT")->required();
  app.add_option("--path", options.path)->required();
  app.add_option("--subscribers", options.subscribers)->required();
  app.add_option("--resume", options.last_event_id, "the Last-Event-ID of all of them");
  app.add_option("--own", options.own,
                 "a query parameter: each subscriber N reads the events of the key user-N");
  CLI11_PARSE(app, argc, argv);
  raise_file_limit();
  try {
    options.server = bench::parse_address(server);
    bench::Commands commands(options);
    commands.connect();
    commands.obey();
  } catch (const std::exception& error) {
    fprintf(stderr, "bench_load: %s\n", error.what());
    return 1;
  }
  return 0;
}
