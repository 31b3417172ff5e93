#pragma once
// Takes the replies of one read of a tail: decides whether entries were lost (continuity.hpp), moves
// the tail's progress and calls its sink.
//
// Thread: the tail worker's; the sink is called on it.

#include <span>

#include "connectors/redis/range_job.hpp"
#include "connectors/redis/stream_info.hpp"
#include "connectors/redis/tail_table.hpp"

namespace sidestream::redis {

class TailDelivery {
 public:
  TailDelivery(const LinkContext& context, const JobContext& shared)
      : context_(context), shared_(shared) {}

  enum class Outcome {
    unexpected,  // the replies are none of a stream
    more,        // read again
    nothing,     // the tail is at the end, and there was nothing to deliver
    all,         // the tail is at the end
  };
  // `entries`: the reply to XRANGE from the position on; `info`: the state of the stream after it.
  Outcome take(TailEntry& entry, const redisReply& entries, const redisReply& info);
  // The stream is of a new generation, or the tail is closed.
  void forget_beyond(TailEntry& entry);

 private:
  bool decide_and_report(TailEntry& entry, const FetchedEntries& fetched, const StreamInfo& info,
                         std::span<const Record> records);
  void report(const TailEntry& entry, const TailDecision& decision, Offset before,
              std::span<const Record> records);
  void pass_beyond(TailEntry& entry, const StreamInfo& info);

  LinkContext context_;
  JobContext shared_;
};

}  // namespace sidestream::redis
