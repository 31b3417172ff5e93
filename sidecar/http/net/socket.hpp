#pragma once
// A socket of an event loop. Its executor has a type of its own, as Asio's any_io_executor would
// cost each idle stream some 200 bytes, in the socket and in what waits for its peer.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace sidestream {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

}  // namespace sidestream
