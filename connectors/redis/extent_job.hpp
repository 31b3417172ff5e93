#pragma once
// Connector::extent(): one question for the ends of the stream. It leaves its end in the rank cache,
// for the tail that usually follows.

#include "connectors/redis/range_job.hpp"

namespace sidestream::redis {

RangeJobPtr make_extent_job(std::string log, Connector::Callback<LogExtent> done,
                            const JobContext& context);

}  // namespace sidestream::redis
