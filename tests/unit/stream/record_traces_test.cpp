#include "sidecar/stream/ingest/record_traces.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace sidestream {
namespace {

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::vector<std::string> lines_of(LogLevel level, std::span<const Header> headers) {
  std::vector<std::string> lines;
  const Logger log(level, LogFormat::json,
                   [&](std::string_view line) { lines.emplace_back(line); });
  const Record record{.partition = 2, .offset = Offset::of(57), .value = "v", .headers = headers};
  log_traces(log, "orders", OffsetFormat::integer, {&record, 1});
  return lines;
}

TEST(RecordTraces, LogsTheTraceOfARecord) {
  const std::array headers{Header{"type", "x"}, Header{"traceparent", parent}};
  const auto lines = lines_of(LogLevel::debug, headers);
  ASSERT_EQ(lines.size(), 1u);
  for (const char* part : {R"("topic":"orders")", R"("partition":2)", R"("offset":"57")",
                           R"("trace_id":"0af7651916cd43dd8448eb211c80319c")"}) {
    EXPECT_NE(lines[0].find(part), std::string::npos) << lines[0];
  }
}

TEST(RecordTraces, LogsOnlyValidTraceparentsAtDebug) {
  const std::array good{Header{"traceparent", parent}};
  const std::array bad{Header{"traceparent", "00-0-0-0"}, Header{"traceparent", std::nullopt}};
  EXPECT_TRUE(lines_of(LogLevel::info, good).empty());
  EXPECT_TRUE(lines_of(LogLevel::debug, bad).empty());
  EXPECT_TRUE(lines_of(LogLevel::debug, {}).empty());
}

}  // namespace
}  // namespace sidestream
