#pragma once
// Hands a message to a connector and waits for the broker's answer. The broker's words, which the
// log and the client get, may quote the configuration: secrets are hidden in them.
//
// Thread: an event loop. Completes on the loop of the awaiting coroutine; at once, if the connector
// has answered already.

#include <memory>
#include <string>

#include "connectors/connector.hpp"
#include "sidecar/base/hidden_texts.hpp"
#include "sidecar/http/net/awaitable.hpp"

namespace sidestream {

Awaitable<PublishResult> hand_over(std::shared_ptr<Connector> connector, std::string log,
                                   Message message, const HiddenTexts& hidden);

}  // namespace sidestream
