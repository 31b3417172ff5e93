#pragma once
// Whether a request may read its topics, or publish. Nothing else is looked at before: no place, no
// log, no rate.
//
// Thread: the event loop.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sidecar/http/handlers/stream_request.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/streams/stream_rights.hpp"
#include "sidecar/stream/filter/stream_filter.hpp"

namespace sidestream {

struct RightsCheck {
  std::optional<Response> refused;
  std::string undecided;       // why; empty: it is decided
  PersonPtr person;            // null: nobody is signed in
  std::string logged_subject;  // of the person, as log lines may show it; or empty

  bool allowed() const { return !refused && undecided.empty(); }
};

struct ReadRights : RightsCheck {
  std::shared_ptr<Access> access;        // null: none is configured
  std::vector<FilterPtr> filters;        // of each part
  std::shared_ptr<RightsSource> source;  // null: the rights can't be asked about again

  // Null: nobody is signed in. Requires: allowed().
  std::unique_ptr<StreamRights> stream_rights() const;
  // A revocation may have come since the check.
  bool are_revoked() const;
};

// All topics of the stream must be allowed; else the answer is that of the first that is not.
Awaitable<ReadRights> check_read(const StreamRequest& stream, const Request& request,
                                 EventLoop& loop);

Awaitable<RightsCheck> check_publish(const std::shared_ptr<Topic>& topic,
                                     const PathParameters& parameters, const Request& request,
                                     EventLoop& loop);

}  // namespace sidestream
