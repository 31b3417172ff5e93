#pragma once
// `http://host[:port]` or `unix:/path`: where the app beside us listens. Pure.
//
// Thread: any.

#include <string>
#include <string_view>

#include "sidecar/settings/parsed.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

Parsed<UpstreamAddress> parse_upstream_url(std::string_view text);

// Whether `path` can be asked for as it stands: it begins with / and holds no space, control
// character or #.
bool is_request_path(std::string_view path);

}  // namespace sidestream
