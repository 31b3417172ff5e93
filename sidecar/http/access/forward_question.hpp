#pragma once
// The question to the app whether a request may read or publish: a GET, as nginx auth_request,
// Traefik ForwardAuth and Envoy ext_authz ask it. Pure.
//
// Thread: any; immutable.

#include <memory>
#include <string>

#include "sidecar/auth/rules/fill.hpp"
#include "sidecar/fetch/request.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/settings/access_settings.hpp"

namespace sidestream {

struct ForwardQuestion {
  std::string key;  // equal for requests that get the same answer
  FetchHeaders headers;
};
using ForwardQuestionPtr = std::shared_ptr<const ForwardQuestion>;

// `topic`, `parameters`: what the request names.
ForwardQuestionPtr make_question(const Request& request, const std::string& topic,
                                 const PathParameters& parameters, const AccessSettings& access);

}  // namespace sidestream
