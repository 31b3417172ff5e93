#pragma once
// Reads the PROXY header that a connection begins with.
//
// Thread: the socket's loop. Borrows both until it has completed.

#include <boost/beast/core/flat_buffer.hpp>
#include <optional>

#include "sidecar/http/client/proxy_header.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/socket.hpp"

namespace sidestream {

// Takes the header off `buffer` and leaves what was read after it. Of a header of any length only a
// few bytes are held at a time. Nothing: the connection begins with something else, or has ended.
Awaitable<std::optional<ProxyHeader>> read_proxy_header(Socket& socket,
                                                        boost::beast::flat_buffer& buffer);

}  // namespace sidestream
