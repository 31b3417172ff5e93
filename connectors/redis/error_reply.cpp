#include "connectors/redis/error_reply.hpp"

#include <algorithm>
#include <array>

namespace sidestream::redis {
namespace {

template <std::size_t n>
bool is_one_of(std::string_view error, const std::array<std::string_view, n>& codes) {
  const auto code = error.substr(0, error.find(' '));
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

constexpr std::array<std::string_view, 5> temporary{"LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN",
                                                    "UNBLOCKED"};
constexpr std::array<std::string_view, 4> cluster{"MOVED", "ASK", "CROSSSLOT", "CLUSTERDOWN"};
constexpr std::array<std::string_view, 2> credentials{"NOAUTH", "WRONGPASS"};
// The server refuses writes for now.
constexpr std::array<std::string_view, 4> not_writable{"NOREPLICAS", "MISCONF", "OOM", "READONLY"};

}  // namespace

ErrorKind classify(std::string_view error) {
  if (is_one_of(error, temporary)) return ErrorKind::temporary;
  // MASTERDOWN, from within a script.
  if (error.find("stale replica") != error.npos) return ErrorKind::temporary;
  if (is_one_of(error, cluster)) return ErrorKind::unsuitable;
  if (is_one_of(error, credentials)) return ErrorKind::credentials;
  return ErrorKind::refused;
}

Errc publish_error(std::string_view error) {
  const bool exhausted = error.find("exhausted the last possible ID") != error.npos;
  if (is_one_of(error, not_writable) || exhausted) return Errc::unavailable;
  return classify(error) == ErrorKind::refused ? Errc::refused : Errc::unavailable;
}

}  // namespace sidestream::redis
