#include "sidecar/settings/units.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <span>

namespace sidestream {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Ascending: format() searches from the end.
constexpr std::array duration_units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                                    Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array size_units{Unit{"B", 1}, Unit{"KiB", 1ULL << 10}, Unit{"MiB", 1ULL << 20},
                                Unit{"GiB", 1ULL << 30}, Unit{"TiB", 1ULL << 40}};

struct Slip {
  std::string_view wrong;  // in lower case
  std::string_view right;
};
constexpr std::array duration_slips{
    Slip{"ms", "ms"},     Slip{"msec", "ms"},   Slip{"millis", "ms"}, Slip{"milliseconds", "ms"},
    Slip{"s", "s"},       Slip{"sec", "s"},     Slip{"secs", "s"},    Slip{"second", "s"},
    Slip{"seconds", "s"}, Slip{"m", "m"},       Slip{"min", "m"},     Slip{"mins", "m"},
    Slip{"minute", "m"},  Slip{"minutes", "m"}, Slip{"h", "h"},       Slip{"hr", "h"},
    Slip{"hour", "h"},    Slip{"hours", "h"},   Slip{"d", "d"},       Slip{"day", "d"},
    Slip{"days", "d"}};
constexpr std::array size_slips{Slip{"", "B"},      Slip{"b", "B"},     Slip{"bytes", "B"},
                                Slip{"k", "KiB"},   Slip{"kb", "KiB"},  Slip{"ki", "KiB"},
                                Slip{"kib", "KiB"}, Slip{"m", "MiB"},   Slip{"mb", "MiB"},
                                Slip{"mi", "MiB"},  Slip{"mib", "MiB"}, Slip{"g", "GiB"},
                                Slip{"gb", "GiB"},  Slip{"gi", "GiB"},  Slip{"gib", "GiB"}};

std::size_t digits_of(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

std::optional<std::uint64_t> parse_with(std::span<const Unit> units, std::string_view text,
                                        std::uint64_t most) {
  if (text == "0") return 0;
  const std::size_t digits = digits_of(text);
  const auto number = parse_whole_number(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != text.substr(digits)) continue;
    return *number > most / unit.factor ? most : *number * unit.factor;
  }
  return std::nullopt;
}

std::string format_with(std::span<const Unit> units, std::string_view zero, std::uint64_t value) {
  if (value == 0) return std::string(zero);
  std::size_t i = units.size() - 1;
  while (value % units[i].factor != 0) --i;
  return std::to_string(value / units[i].factor) + std::string(units[i].name);
}

std::optional<std::string> mend_with(std::span<const Slip> slips, std::string_view text) {
  const std::size_t digits = digits_of(text);
  if (digits == 0 || !parse_whole_number(text.substr(0, digits))) return std::nullopt;
  std::string word;
  for (const char c : text.substr(digits))
    if (c != ' ') word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Slip& slip : slips)
    if (word == slip.wrong) return std::string(text.substr(0, digits)) + std::string(slip.right);
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_whole_number(std::string_view text) {
  if (text.empty() || digits_of(text) != text.size()) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;  // octal to some YAML parsers
  std::uint64_t number = 0;
  const auto error = std::from_chars(text.data(), text.data() + text.size(), number).ec;
  return error == std::errc{} ? number : std::numeric_limits<std::uint64_t>::max();
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto value = parse_with(duration_units, text, most);
  if (!value) return std::nullopt;
  return std::chrono::milliseconds(*value);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse_with(size_units, text, std::numeric_limits<std::uint64_t>::max());
}

std::optional<std::pair<std::chrono::milliseconds, std::chrono::milliseconds>> parse_duration_range(
    std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto least = parse_duration(text.substr(0, dots));
  const auto most = dots == std::string_view::npos ? least : parse_duration(text.substr(dots + 2));
  if (!least || !most) return std::nullopt;
  return std::pair(*least, *most);
}

std::optional<std::string> mend_duration(std::string_view text) {
  return mend_with(duration_slips, text);
}

std::optional<std::string> mend_size(std::string_view text) { return mend_with(size_slips, text); }

std::string format_duration(std::chrono::milliseconds duration) {
  return format_with(duration_units, "0s", static_cast<std::uint64_t>(duration.count()));
}

std::string format_size(std::uint64_t bytes) { return format_with(size_units, "0", bytes); }

}  // namespace sidestream
