#pragma once
// Connector::newest(): reads back from the end of partition 0 until a stretch has a record. Usually
// that is the first one, the last offset alone: before it come markers, aborted transactions and
// what compaction has removed.
//
// Thread: a worker's, one read after the other. It keeps itself alive until it calls `done`.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connectors/connector.hpp"

namespace sidestream::kafka {

class NewestSearch : public std::enable_shared_from_this<NewestSearch> {
 public:
  using Deliver = std::function<void(std::span<const Record>)>;
  using Read = std::function<void(Range, Deliver, Connector::Callback<Offset>)>;

  NewestSearch(NewestQuery query, Read read, Connector::NewestCallback done);
  // Requires: called once.
  void run();

 private:
  // The newest record so far, with its memory.
  class Kept {
   public:
    void set(const Record& record, bool value);
    bool empty() const { return !record_; }
    // Valid as long as this object is unchanged.
    const Record& record();

   private:
    struct OwnHeader {
      std::string name;
      std::optional<std::string> value;
    };
    std::optional<Record> record_;  // without views
    std::optional<std::string> key_, value_;
    std::vector<OwnHeader> own_headers_;
    std::vector<Header> headers_;
  };

  void step_back();
  void read_on();
  void take(Result<Offset> reached);

  const NewestQuery query_;
  const Read read_;
  const Connector::NewestCallback done_;
  Offset after_;  // the stretch: after `after_`, read up to `at_` ...
  Offset at_;
  Offset until_;  // ... up to and including `until_`
  std::int64_t length_ = 1;
  Kept newest_;
};

}  // namespace sidestream::kafka
