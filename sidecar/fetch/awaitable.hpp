#pragma once
// Coroutines on an event loop. Their executor type is concrete, like that of the sockets: with
// any_io_executor each operation would allocate once more and complete through indirect calls.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sidestream {

template <class T>
using Awaitable = boost::asio::awaitable<T, boost::asio::io_context::executor_type>;

using UseAwaitable = boost::asio::use_awaitable_t<boost::asio::io_context::executor_type>;

// Operations return their error code as the first element of a tuple.
inline constexpr auto no_throw = boost::asio::as_tuple(UseAwaitable());

}  // namespace sidestream
