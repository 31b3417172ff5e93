#pragma once
// `redis://[[user]:password@]host[:port][/database]`; `rediss://` is TLS. Pure.
//
// Thread: any. Errors: a sentence that never contains the URL, which may hold a password.

#include <string_view>

#include "sidecar/settings/parsed.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

Parsed<RedisSettings> parse_redis_url(std::string_view text);

}  // namespace sidestream
