#pragma once
// A publish, awaited.
//
// Thread: the event loop of the coroutine that awaits it; the connector answers on its own.

#include "connectors/connector.hpp"
#include "sidecar/http/handlers/router.hpp"
#include "sidecar/http/net/awaitable.hpp"

namespace sidestream {

Awaitable<Result<Published>> publish(PublishRequest request);

}  // namespace sidestream
