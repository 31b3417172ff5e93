#pragma once
// The state machine of one partition that a tail reads. No I/O: TailThread feeds it librdkafka's
// messages and obeys the steps it returns.
//
//              begin()             record(), end()
//   checking ----------> reading ------------------> deliver, pass, ignore
//      ^ |                  |
//      | | conclude()       | suspect(), or a message that does not fit
//      | +--> start         |
//      | +--> recreate      v
//      +---------------- examine
//
// Records are delivered only while the log is known to be the one that was read before. The last
// delivered record is the *witness*. It is trusted until the client has requested metadata again:
// librdkafka does that whenever a broker refuses a fetch, so also after a topic was recreated. Then
// the partition is stopped and examined before the next record is delivered.
//
// Thread: the tail's. Requires: asserted at each function.

#include <cstdint>
#include <optional>
#include <string>

#include "connectors/connector.hpp"
#include "connectors/kafka/fingerprint.hpp"
#include "connectors/kafka/log_change.hpp"

namespace sidestream::kafka {

// What the tail's thread does next.
enum class Action {
  ignore,    // nothing; drop the message
  start,     // consume the partition from `offset`
  deliver,   // add the message to the batch
  remember,  // call delivered() with the message's fingerprint, but do not deliver it
  pass,      // tell the sink that nothing deliverable precedes `offset`
  examine,   // stop consuming the partition and run its examination()
  recreate,  // stop consuming all partitions and find the starts of the new generation
  grow,      // tell the sink the new number of partitions
  reset,     // tell the sink that the topic was recreated and where reading continues
};

struct Step {
  Action action = Action::ignore;
  Partition partition = 0;
  std::int64_t offset = 0;     // of start and pass
  bool hole = false;           // offsets were skipped before this message
  std::optional<Loss> loss{};  // report it before the action
};

// Identifies an examination. An outcome with an older ticket is ignored.
struct Ticket {
  std::uint32_t generation = 0;  // of the topic
  std::uint32_t number = 0;      // within that generation and partition
  friend bool operator==(const Ticket&, const Ticket&) = default;
};

// A request to look at the partition on the broker, and then its outcome.
struct Examination {
  Ticket ticket;
  Partition partition = 0;
  std::optional<Fingerprint> witness;
  bool refresh = false;        // the tail's client must reload the topic's metadata first
  bool find_readable = false;  // the records from `next` on are corrupt: where do they end?

  // Request: `next` and `known_start`. Outcome: all of it.
  PartitionFacts facts;
  // Outcome.
  std::uint64_t metadata_requests = 0;  // the client's count before the witness was compared
  bool exact = true;                    // offsets count records
  std::optional<std::string> topic_id;
  std::optional<std::int64_t> readable;  // the first record after the corrupt ones
};

class PartitionFsm {
 public:
  // Reads from `next` on. `known_start`: the lowest offset that is known to be held.
  PartitionFsm(Partition partition, std::int64_t next, std::int64_t known_start,
               std::uint32_t generation);

  // Starts at `next`. Requires: not reading.
  Step begin();
  // The same one record earlier: that record is remembered as the witness and not delivered.
  Step begin_with_witness();
  // Examines the partition before anything of it is read. Requires: not reading.
  Step begin_with_examination();

  // Messages. `requests`: the client's metadata requests when the message was taken from the queue.
  // Requires: reading.
  Step record(std::int64_t offset, std::uint64_t requests);
  Step end(std::int64_t offset, std::uint64_t requests);
  // librdkafka could not read the records from next() on. They are read again once, because they may
  // have been damaged on the way; then they are skipped as a loss.
  Step unreadable();
  // A record has reached the sink, or action `remember` was returned for it.
  void delivered(const Fingerprint& record, std::uint64_t requests);

  // Something may be wrong with the log. Ignored unless the partition is being read.
  Step suspect(bool refresh);
  // The topic was missing. Weighed by the examination that runs now.
  void vanished() { vanished_ = true; }
  // Another partition found that the topic was recreated: this machine is replaced soon.
  void halt() { state_ = State::checking; }

  // The request of the step `examine`. Requires: not reading.
  Examination examination() const;
  Step conclude(const Examination& outcome);

  bool reading() const { return state_ == State::reading; }
  bool at_end() const { return at_end_; }
  std::int64_t next() const { return next_; }

 private:
  enum class State {
    reading,   // librdkafka consumes the partition
    checking,  // nothing is consumed; an outcome is awaited, or reading has not begun
  };

  bool trusted(std::uint64_t requests) const;
  Step examine(bool refresh);
  Step at(Action action) const;
  void note_hole(Step& step, std::int64_t offset);
  Loss loss(std::int64_t resumed, bool exact) const;

  const Partition partition_;
  State state_ = State::checking;
  std::int64_t next_;
  std::int64_t known_start_;
  bool at_end_ = false;
  std::optional<Fingerprint> witness_;
  std::uint64_t witness_requests_ = 0;  // metadata requests when the witness was last right
  bool vanished_ = false;
  std::int64_t unreadable_at_ = -1;  // where unreadable() was called last
  bool refresh_ = false;             // of the examination that is awaited
  bool find_readable_ = false;       // of the same
  Ticket ticket_;
};

}  // namespace sidestream::kafka
