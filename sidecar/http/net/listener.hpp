#pragma once
// Binding a listen address.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>

namespace sidestream {

// Binds "host:port" or "[v6]:port". `[::]` takes IPv4 too, and is IPv4 alone where there is no
// IPv6. Errors: nothing, and `problem` is a sentence that names the address.
std::optional<boost::asio::ip::tcp::acceptor> bind_listener(boost::asio::io_context& io,
                                                            const std::string& address,
                                                            std::string& problem);

// "127.0.0.1:8080"
std::string local_address(const boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace sidestream
