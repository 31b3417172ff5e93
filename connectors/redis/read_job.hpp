#pragma once
// Connector::read(): a range, in batches of a limited size.

#include <functional>
#include <span>

#include "connectors/redis/range_job.hpp"

namespace sidestream::redis {

RangeJobPtr make_read_job(Range range, std::function<void(std::span<const Record>)> deliver,
                          Connector::Callback<Offset> done, const JobContext& context);

}  // namespace sidestream::redis
