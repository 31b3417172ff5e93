#include "connectors/redis/range_job.hpp"

#include "connectors/redis/command.hpp"

namespace sidestream::redis {

std::string RangeJob::info_command() const { return format_command({"XINFO", "STREAM", log_}); }

}  // namespace sidestream::redis
