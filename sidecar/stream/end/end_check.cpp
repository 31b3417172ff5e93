#include "sidecar/stream/end/end_check.hpp"

#include <utility>

namespace sidestream {

// What the tail has read is not enough for an end: the record may have been trimmed since.
std::optional<LogEnd> EndCheck::known(const Extent& held) const {
  const NewestRecord read = topic_log_.newest();
  if (read.known && !read.ends && read.through >= held.last) return LogEnd{held.last, {}, false};
  auto end = ended_->find(topic_, log_);
  if (!end || end->last != held.last) return std::nullopt;
  if (end->ended && *end->newest < held.first) return LogEnd{held.last, {}, false};
  return end;
}

void EndCheck::run(const LogExtent& extent, Connector::Callback<LogEnd> done) {
  const Extent& held = extent.partitions.front();
  if (held.last < held.first) return done(LogEnd{held.last, {}, false});
  if (const auto end = known(held)) return done(*end);
  const EndedLogs::Ticket ticket = ended_->ticket(*topic_, log_);
  const EndRule& rule = topic_->end;
  NewestQuery query{log_, held.floor, held.last, rule.reads_value(), rule.entry_fields()};
  const auto take = [this, last = held.last, ticket,
                     done = std::move(done)](Result<const Record*> record) {
    if (!record) return done(record.error());
    LogEnd end{last, {}, false};
    if (*record) {
      end.newest = (*record)->offset;
      end.ended = topic_->end.matches(**record);
    }
    ended_->remember(topic_, log_, end, ticket);
    done(end);
  };
  topic_->connector.newest(std::move(query), take);
}

}  // namespace sidestream
