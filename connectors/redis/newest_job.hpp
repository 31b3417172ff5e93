#pragma once
// Connector::newest(): the newest entry of a stream, or some fields of it.

#include "connectors/redis/range_job.hpp"

namespace sidestream::redis {

RangeJobPtr make_newest_job(NewestQuery query, Connector::NewestCallback done,
                            const JobContext& context);

}  // namespace sidestream::redis
