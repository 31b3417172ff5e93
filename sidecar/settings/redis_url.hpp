#pragma once
// `redis://[[user]:password@]host[:port][/database]`; `rediss://` is TLS. Pure.
//
// Thread: any. Errors: a sentence that shows nothing of the URL, as it may hold a password.

#include <string_view>

#include "sidecar/settings/parsed.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

Parsed<RedisSettings> parse_redis_url(std::string_view text);

}  // namespace sidestream
