#pragma once
// extent(), locate() and back(): each a job that is tried until the broker has answered.
//
// Thread: any; answers come on worker threads. Borrows: context, whose workers end before it does.

#include <string>

#include "connectors/connector.hpp"
#include "connectors/kafka/context.hpp"

namespace sidestream::kafka {

void ask_extent(Context& context, const std::string& log, Connector::Callback<LogExtent> done);
void ask_locate(Context& context, const std::string& log, Timestamp time,
                Connector::Callback<Position> done);
void ask_back(Context& context, const std::string& log, Partition partition, Offset end,
              std::int64_t count, Connector::Callback<Offset> done);

}  // namespace sidestream::kafka
