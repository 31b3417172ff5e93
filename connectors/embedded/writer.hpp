#pragma once
// The thread that writes: opens the database, commits what waits in one go, drops what retention
// says, and opens it again when it was lost. Private to the folder.
//
// Thread: start(), stop() start-up.

#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "connectors/backoff.hpp"
#include "connectors/embedded/database.hpp"
#include "connectors/embedded/publish_line.hpp"
#include "connectors/embedded/tails.hpp"

namespace sidestream::embedded {

class Writer {
 public:
  // Borrows all.
  Writer(Database& database, PublishLine& line, Tails& tails)
      : database_(database), line_(line), tails_(tails) {}

  void start();
  void stop();  // ends after the batch in hand

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void open_or_wait();
  void wait_refusing();
  void write_batch();
  // Appends and commits; the answer of each. Throws SqliteError where none was written.
  std::vector<Result<Published>> write(std::span<const PublishLine::Entry> batch);
  void tidy();

  Database& database_;
  PublishLine& line_;
  Tails& tails_;
  Backoff backoff_;
  std::minstd_rand random_{std::random_device{}()};
  bool was_open_ = false;
  Clock::time_point opened_{};
  Clock::time_point next_tidy_{};
  Clock::duration round_work_{};
  bool committing_ = false;
  std::thread thread_;
};

}  // namespace sidestream::embedded
