#pragma once
// Maps a request to its handler. Pure except for the look-ups of the admin pages.
//
// Thread: any.

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "sidecar/http/handlers/admin.hpp"
#include "sidecar/http/handlers/ask.hpp"
#include "sidecar/http/handlers/cancel.hpp"
#include "sidecar/http/handlers/current.hpp"
#include "sidecar/http/handlers/publish.hpp"
#include "sidecar/http/handlers/stream_request.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/http/running_config.hpp"

namespace sidestream {

enum class Port { streams, admin };

// What a request's path names. Found once per request; method and headers are checked later.
struct Route {
  enum class Kind {
    other,    // no topic: an admin page, or not found
    streams,  // /events: several topics in one stream
    topic,    // a topic's path
    app,      // left to the upstream app
  };
  Kind kind = Kind::other;
  std::optional<TopicMap::Match> match;  // set for Kind::topic
};

class Router {
 public:
  // Borrows it.
  explicit Router(const AdminPages& pages) : pages_(pages) {}

  // The upstream app answers.
  struct ToApp {};
  using Outcome = std::variant<Response, StreamRequest, PublishRequest, AskRequest, CancelRequest,
                               CurrentRequest, AdminPages::AskReadiness, AdminPages::Revoke, ToApp>;

  // Reads the path and the query only, so that requests for the app cost no more than this.
  static Route find(const RunningConfig& config, Port port, const Request& request);
  // Requires: `found` is what find() returned for this request. Reads the head only, not the body.
  Outcome route(const RunningConfig& config, Port port, const Request& request, const Route& found,
                Timestamp now) const;

  const AdminPages& pages() const { return pages_; }

 private:
  Outcome route_admin(const RunningConfig& config, const Request& request, const Route& found,
                      Timestamp now) const;
  static Outcome dispatch(const RunningConfig& config, Port port, const Request& request,
                          const Route& found, Timestamp now);

  const AdminPages& pages_;
};

}  // namespace sidestream
