#include "tests/integration/ops/harness/endings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace e2e {
namespace {

std::vector<Clock::time_point> times(const std::vector<Ending>& endings) {
  std::vector<Clock::time_point> result;
  for (const auto& ending : endings) {
    if (ending.how != EventStream::End::open) result.push_back(ending.at);
  }
  std::sort(result.begin(), result.end());
  return result;
}

void look(EventStream& stream, Ending& ending) {
  while (auto event = stream.maybe_next(0ms)) {
    if (!event->is_control()) ending.records.push_back(*event);
    ending.last = std::move(*event);
  }
  ending.how = stream.end();
  ending.at = Clock::now();
}

}  // namespace

std::vector<Ending> watch_endings(std::vector<EventStream>& streams, Clock::duration within) {
  std::vector<Ending> endings(streams.size());
  eventually(
      [&] {
        bool all = true;
        for (std::size_t i = 0; i < streams.size(); ++i) {
          if (endings[i].how == EventStream::End::open) look(streams[i], endings[i]);
          all = all && endings[i].how != EventStream::End::open;
        }
        return all;
      },
      within, 2ms);
  return endings;
}

Clock::duration span(const std::vector<Ending>& endings) {
  const auto sorted = times(endings);
  return sorted.empty() ? 0s : sorted.back() - sorted.front();
}

int most_within(const std::vector<Ending>& endings, Clock::duration window) {
  const auto sorted = times(endings);
  int most = 0;
  auto first = sorted.begin();
  for (auto last = sorted.begin(); last != sorted.end(); ++last) {
    while (*last - *first > window) ++first;
    most = std::max(most, static_cast<int>(last - first) + 1);
  }
  return most;
}

void expect_shut_down(const std::vector<Ending>& endings, const std::string& reason,
                      std::uint32_t least, std::uint32_t most) {
  std::set<std::uint32_t> delays;
  for (const auto& ending : endings) {
    ASSERT_EQ(ending.how, EventStream::End::clean);
    ASSERT_EQ(ending.last.name, "stream-shutdown") << ending.last.data;
    EXPECT_EQ(ending.last.field("reason"), "\"" + reason + "\"");
    ASSERT_TRUE(ending.last.retry);
    EXPECT_GE(*ending.last.retry, least);
    EXPECT_LE(*ending.last.retry, most);
    delays.insert(*ending.last.retry);
  }
  if (most > least + 100) {
    EXPECT_GT(delays.size(), endings.size() / 3) << "not each its own";
  }
}

std::vector<EventStream> open_live(const Address& address, int count, const std::string& target) {
  std::vector<EventStream> streams;
  for (int i = 0; i < count; ++i) {
    streams.emplace_back(address, target);
    streams.back().control("stream-open");
  }
  return streams;
}

}  // namespace e2e
