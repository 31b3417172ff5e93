#pragma once
// The newest question of each place, of the questions of the last 24 hours in one log.
//
// The log is the only memory that all replicas share, so each look-up asks the broker where the log
// ends, reads what is new and then answers. Look-ups that come meanwhile share the next reading.
// Nothing is read while nobody asks.
//
// Bounded: of more places than 100,000 the oldest are forgotten.
//
// Thread: any. Owned by shared_ptr: queries in flight keep it alive.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"

namespace sidestream {

class NewestQuestions final : public std::enable_shared_from_this<NewestQuestions> {
 public:
  // The question's id; empty: none was asked. Errors: the broker's.
  using Found = std::function<void(Result<std::string>)>;

  // `event_header`: as of parse_asked().
  NewestQuestions(std::shared_ptr<Connector> connector, std::string log, std::string event_header)
      : connector_(std::move(connector)),
        log_(std::move(log)),
        event_header_(std::move(event_header)) {}

  // Calls `found` once, on a connector's thread or before it returns.
  void find(std::string place, Found found);

 private:
  static constexpr std::size_t places_half = 50'000;

  struct Entry {
    std::string request;
    Timestamp time;
  };
  using Entries = std::unordered_map<std::string, Entry>;
  struct Waiting {
    std::string place;
    Found found;
  };

  void query();
  void take_extent(const Result<LogExtent>& extent);
  bool is_known(const LogExtent& extent) const;
  void take_start(Result<Position> start);
  void read_on();
  void take_records(std::span<const Record> records);
  void note(const Record& record);
  void took(Partition partition, const Result<Offset>& through);
  void start_again();
  void finish(const boost::system::error_code& error);
  std::string newest(const std::string& place, Timestamp at) const;

  const std::shared_ptr<Connector> connector_;
  const std::string log_;
  const std::string event_header_;

  std::mutex mutex_;  // guards the following
  std::vector<Waiting> waiting_;
  std::vector<Waiting> served_;  // by the reading under way
  bool reading_ = false;
  int attempts_ = 0;  // of the reading under way
  Position reached_;  // empty: nothing was read
  Position end_;      // of the reading under way
  Entries young_;
  Entries old_;  // the places of young_ before it was full
};

}  // namespace sidestream
