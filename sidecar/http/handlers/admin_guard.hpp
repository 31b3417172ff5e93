#pragma once
// Protects the admin port from pages in an operator's browser: it answers under its own names only
// (a rebound DNS name is refused), refuses what other sites send, and can't be framed. Pure.
//
// Thread: any.

#include <optional>
#include <string>
#include <vector>

#include "sidecar/http/protocol/fields.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/response.hpp"

namespace sidestream {

// The response that refuses the request: 421 under a foreign name, 403 for one of another site.
// /livez and /readyz answer always. `names`: server.admin_hosts.
std::optional<Response> check_admin(const Request& request, const std::vector<std::string>& names);

// Of every response of the admin port, except streams.
void add_admin_headers(Fields& headers);

}  // namespace sidestream
