#pragma once
// What the app's answer to a forward check means. Pure.
//
// Thread: any; immutable.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "sidecar/auth/person.hpp"
#include "sidecar/fetch/request.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/settings/access_settings.hpp"

namespace sidestream {

struct ForwardAnswer {
  enum class Kind : std::uint8_t {
    signed_in,  // 2xx
    refused,    // 401 or 403
    failed,     // anything else: it can't be decided
  };
  Kind kind = Kind::failed;
  PersonPtr person;     // of `signed_in`
  Response response;    // of `refused`: what the client gets
  std::string failure;  // of `failed`: for log and /readyz
};
using ForwardAnswerPtr = std::shared_ptr<const ForwardAnswer>;

// `asked`: when the question was sent.
ForwardAnswer read_answer(const FetchResponse& response, const AccessSettings& access,
                          std::chrono::sys_seconds asked);

}  // namespace sidestream
