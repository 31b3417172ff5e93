#pragma once
// The thread that answers extent, locate, back and read, in the order of the calls. While the
// database is unusable they wait. Private to the folder.
//
// Thread: add() any; start() and stop() start-up. Answers are given without a lock.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "connectors/embedded/database.hpp"
#include "connectors/embedded/record_batch.hpp"
#include "sidecar/base/error.hpp"

namespace sidestream::embedded {

class QueryThread {
 public:
  // One request: query() until it does not throw, then answer(); or fail().
  class Query {
   public:
    virtual ~Query() = default;
    virtual void query(LogReader& reader, RecordBatch& batch) = 0;
    virtual void answer(RecordBatch& batch) = 0;
    virtual void fail(Errc error) = 0;
  };

  explicit QueryThread(Database& database) : database_(database) {}

  void start();
  // Answers all open and all later queries with Errc::stopped.
  void stop();
  void add(std::unique_ptr<Query> query);

 private:
  void run();
  bool try_to_answer(Query& query);

  Database& database_;
  RecordBatch batch_;  // the thread's

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::unique_ptr<Query>> queries_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sidestream::embedded
