#pragma once
// Connector::extent(): one XINFO STREAM. It leaves the end of the stream in the rank cache, for the
// tail that usually follows.

#include "connectors/redis/range_job.hpp"
#include "connectors/redis/rank_cache.hpp"

namespace sidestream::redis {

RangeJobPtr make_extent_job(std::string log, Connector::Callback<LogExtent> done, RankCache& ranks);

}  // namespace sidestream::redis
