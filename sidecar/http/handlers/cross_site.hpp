#pragma once
// Recognizes requests that a page of another site made its browser send. Pure.
//
// Thread: any.

#include <string_view>

#include "sidecar/http/protocol/request.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// Whether the origin has this host, and this port or both the default one of the origin's scheme.
// Schemes are not compared, because a proxy may end TLS.
bool is_same_host(std::string_view origin, std::string_view host);

// Whether the Origin is neither of the request's own host nor listed in `cors`, or the request is
// marked cross-site without an Origin. The origin "*" in `cors` makes no page a writer.
bool is_cross_site(const Request& request, const CorsSettings& cors);

// Whether a browser opens a whole document, as it does for a link: no page can read it.
bool is_navigation(const Request& request);

}  // namespace sidestream
