#pragma once
// Connector::locate(): the position before the first entry at or after a time. It is the newest
// entry before that time, so it is a position that a reader can have received.

#include "connectors/redis/range_job.hpp"

namespace sidestream::redis {

RangeJobPtr make_locate_job(std::string log, Timestamp time, Connector::Callback<Position> done,
                            const JobContext& context);

}  // namespace sidestream::redis
