// Times of RFC 3339: when the app's answer ends, and where a stream starts.

#include <ctime>
#include <regex>
#include <string>

#include "sidecar/base/rfc3339.hpp"
#include "sidecar/base/time_text.hpp"
#include "tests/fuzz/check.hpp"

namespace fuzz {
namespace {

// By the C library. Nothing: no such time.
std::optional<std::int64_t> ms_of(const std::string& text) {
  static const std::regex form(
      R"((\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([-+ ])(\d\d):(\d\d)))",
      std::regex::ECMAScript | std::regex::optimize);
  std::smatch part;
  if (text.size() > 100 || !std::regex_match(text, part, form)) return std::nullopt;
  const auto number = [&](int i) {
    return std::atoi(part[static_cast<std::size_t>(i)].str().c_str());
  };
  std::tm time{};
  time.tm_year = number(1) - 1900;
  time.tm_mon = number(2) - 1;
  time.tm_mday = number(3);
  if (number(4) > 23 || number(5) > 59 || number(6) > 60 || number(9) > 23 || number(10) > 59)
    return std::nullopt;
  const std::int64_t midnight = timegm(&time);
  if (time.tm_mday != number(3) || time.tm_mon != number(2) - 1) return std::nullopt;
  const std::int64_t minutes = (number(9) * 60 + number(10)) * (part[8].str() == "-" ? -1 : 1);
  const std::string fraction = (part[7].str() + "000").substr(0, 3);
  return (midnight + number(4) * 3600 + (number(5) - minutes) * 60 + number(6)) * 1000 +
         std::atoi(fraction.c_str());
}

}  // namespace

void check_time(Input input) {
  const std::string text(input.rest());
  if (text.size() > 100) return;
  const auto time = sidestream::parse_time(text);
  const auto expected = ms_of(text);
  require(time.has_value() == expected.has_value(), "the same texts are times", text);
  if (!time) return;
  const std::int64_t ms = time->time_since_epoch().count();
  require(ms == *expected, "the time that the C library finds", text);
  constexpr std::int64_t year_9999 = 253402300799999;
  if (ms < 0 || ms > year_9999) return;
  require(sidestream::parse_time(sidestream::format_time(ms)) == time, "there and back", text);
}

}  // namespace fuzz
