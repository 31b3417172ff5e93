#pragma once
// Connector::back(): the position a number of entries before `end`. Redis can't count entries
// without reading them, so a long way back takes several steps.

#include "connectors/redis/range_job.hpp"

namespace sidestream::redis {

RangeJobPtr make_back_job(const std::string& log, Offset end, std::int64_t count,
                          Connector::Callback<Offset> done, const JobContext& context);

}  // namespace sidestream::redis
