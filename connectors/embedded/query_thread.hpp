#pragma once
// The thread that answers extent, locate, back and read, in order. While the database is unusable
// they wait. Private to the folder.
//
// Thread: add() any; start(), stop() start-up. Answers run on the thread, without a lock.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "connectors/embedded/database.hpp"
#include "connectors/embedded/queries.hpp"
#include "connectors/embedded/row_batch.hpp"

namespace sidestream::embedded {

class QueryThread {
 public:
  explicit QueryThread(Database& database) : database_(database) {}

  void start();
  // Answers open and later queries with Errc::stopped.
  void stop();
  void add(std::unique_ptr<Query> query);

 private:
  void run();
  bool try_query(Query& query);

  Database& database_;
  RowBatch batch_;  // the thread's

  std::mutex mutex_;  // guards the next three
  std::condition_variable added_;
  std::deque<std::unique_ptr<Query>> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sidestream::embedded
