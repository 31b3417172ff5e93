#pragma once
// Coroutines on an event loop. Their executor has a type of its own, as a socket's has
// (socket.hpp): with Asio's any_io_executor each operation would allocate once more, and end behind
// indirect calls.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sidestream {

template <class T>
using Awaitable = boost::asio::awaitable<T, boost::asio::io_context::executor_type>;

using UseAwaitable = boost::asio::use_awaitable_t<boost::asio::io_context::executor_type>;

// The error is part of what the operation gives.
inline constexpr auto no_throw = boost::asio::as_tuple(UseAwaitable());

}  // namespace sidestream
