#pragma once
// Run-time errors as values. Bugs are asserts; start-up errors are lists of texts.

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <string_view>
#include <type_traits>

namespace sidestream {

enum class Errc {
  unavailable = 1,  // the broker is unreachable or did not answer in time; a retry may work
  unconfirmed,      // a publish was sent, and its outcome is unknown
  no_such_log,      // the broker answers and has no such topic
  gone,             // the broker no longer has the records, or their topic was recreated
  refused,          // by the broker: not authorized, wrong type, record too large
  conflict,         // another record was appended under the same name
  stopped,          // the process is shutting down
};

const boost::system::error_category& sidestream_category() noexcept;

inline boost::system::error_code make_error_code(Errc e) noexcept {
  return {static_cast<int>(e), sidestream_category()};
}

template <class T>
using Result = boost::system::result<T>;

}  // namespace sidestream

template <>
struct boost::system::is_error_code_enum<sidestream::Errc> : std::true_type {};
