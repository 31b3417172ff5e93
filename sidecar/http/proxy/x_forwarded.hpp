#pragma once
// X-Forwarded-For, -Proto, -Host and Forwarded (RFC 7239) for the app. The fields of a trusted proxy
// are extended, those of other peers are replaced. Pure.
//
// Thread: any.

#include <boost/beast/http/fields.hpp>
#include <string>
#include <string_view>

#include "sidecar/http/client/client.hpp"

namespace sidestream {

// All fields of this name as one list.
std::string joined(const boost::beast::http::fields& fields, std::string_view name);

// Appends whole fields. `host`: the request's.
void append_forwarded(std::string& out, const boost::beast::http::fields& fields, const Peer& peer,
                      std::string_view host);

}  // namespace sidestream
