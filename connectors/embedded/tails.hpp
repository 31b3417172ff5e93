#pragma once
// The thread that reads for all tails. A tail is a name and a place: the writer says which logs
// have grown, and this thread reads on from there, so a tail that lags, one that starts in the past
// and one whose database was away do the same. Private to the folder.
//
// Thread: open() and grown() any; start(), stop() start-up. Sinks are called without a lock.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/embedded/database.hpp"
#include "connectors/embedded/record_batch.hpp"

namespace sidestream::embedded {

class Tails {
 public:
  // Borrows both.
  Tails(Database& database, ConnectorProbe& probe) : database_(database), probe_(probe) {}

  void start();
  void stop();
  std::unique_ptr<Tail> open(std::string log, Offset after, TailSink& sink);
  void grown(const std::string& log);
  void all_grown();  // the database is there (again)

 private:
  struct Reading final : Tail {
    Reading(Tails& owner, std::string of, Offset from, TailSink& to, std::string in)
        : tails(owner), log(std::move(of)), after(from), sink(to), life(std::move(in)) {}
    ~Reading() override { tails.close(*this); }

    Tails& tails;
    const std::string log;
    Offset after;
    TailSink& sink;
    std::string life;     // of the file that `after` belongs to
    bool ready = false;   // in ready_; like `closed` guarded by mutex_
    bool closed = false;  // its destructor waits for the thread to let go of it
  };

  void close(Reading& reading);
  void make_ready(Reading& reading);
  void run();
  // Whether there may be more to read at once.
  bool read_on(Reading& reading);
  void tell_of_new_life(Reading& reading);
  void tell_of_loss(Reading& reading, Offset resumed);
  // Nothing is held after its place; whether that changed it.
  bool compare(Reading& reading, const Extent& extent);

  Database& database_;
  ConnectorProbe& probe_;
  RecordBatch batch_;  // the thread's

  std::mutex mutex_;
  std::condition_variable work_, idle_;
  std::unordered_map<std::string, std::vector<Reading*>> by_log_;
  std::deque<Reading*> ready_;
  Reading* current_ = nullptr;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sidestream::embedded
