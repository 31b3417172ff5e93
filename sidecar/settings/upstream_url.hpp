#pragma once
// `http://host[:port]` or `unix:/path`: the address of the upstream app. Pure.
//
// Thread: any.

#include <string>
#include <string_view>

#include "sidecar/settings/parsed.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

Parsed<UpstreamAddress> parse_upstream_url(std::string_view text);

// Whether `path` can be used in a request line: it begins with / and has no space, control character
// or #.
bool is_request_path(std::string_view path);

}  // namespace sidestream
