// What stands in the text whatever has happened, and what says how near a limit is.

#include "sidecar/metrics/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sidestream {
namespace {

using testing::HasSubstr;
using testing::Not;

class Exporter : public testing::Test {
 protected:
  Exporter() { stats.server = &server; }
  std::string text() const { return prometheus_text(stats); }

  ServerProbe server;
  TopicProbe orders;
  ProcessStats stats;
};

TEST_F(Exporter, ExportsStreamsAndTheirLimit) {
  stats.streams = 7;
  stats.max_streams = 50000;
  EXPECT_THAT(text(), HasSubstr("\nsidestream_streams 7\n"));
  EXPECT_THAT(text(), HasSubstr("\nsidestream_max_streams 50000\n"));
}

TEST_F(Exporter, ExportsZeroWithoutAMemoryLimit) {
  EXPECT_THAT(text(), HasSubstr("\nsidestream_memory_limit_bytes 0\n"));
  stats.memory_limit = 4096;
  EXPECT_THAT(text(), HasSubstr("\nsidestream_memory_limit_bytes 4096\n"));
}

TEST_F(Exporter, CountsOpeningLogs) {
  TopicStats topic{"orders", &orders};
  topic.open_logs = 3;
  topic.opening_logs = 2;
  stats.topics.push_back(topic);
  EXPECT_THAT(text(), HasSubstr("\nsidestream_open_logs{topic=\"orders\"} 3\n"));
  EXPECT_THAT(text(), HasSubstr("\nsidestream_opening_logs{topic=\"orders\"} 2\n"));
}

TEST_F(Exporter, CountsProxiedRequestsByStatusOrClass) {
  EXPECT_THAT(text(), Not(HasSubstr("sidestream_upstream_requests_total")));
  stats.upstream = true;
  server.upstream.request(418);
  server.upstream.request(404);
  server.upstream.request(999);
  EXPECT_THAT(text(), HasSubstr("\nsidestream_upstream_requests_total{code=\"502\"} 0\n"));
  EXPECT_THAT(text(), HasSubstr("\nsidestream_upstream_requests_total{code=\"4xx\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("\nsidestream_upstream_requests_total{code=\"404\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("\nsidestream_upstream_requests_total{code=\"other\"} 1\n"));
  EXPECT_THAT(text(), Not(HasSubstr("code=\"418\"")));
}

}  // namespace
}  // namespace sidestream
