#pragma once
// What becomes of a request: an answer, a stream, or a publish. Pure but for the pages' own
// look-ups.
//
// Thread: any.

#include <string>
#include <variant>

#include "sidecar/http/admin.hpp"
#include "sidecar/http/exchange.hpp"
#include "sidecar/http/subscribe.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/topics.hpp"

namespace sidestream {

enum class Port { streams, admin };

struct PublishRequest {
  Topic* topic;
  std::string log;
  Message message;  // but for its value, which is the body
  std::uint64_t body_max;
  Fields headers;  // for the answer
};

class Router {
 public:
  // Borrows all.
  Router(const ServerSettings& settings, Topics& topics, const AdminPages& pages)
      : settings_(settings), topics_(topics), pages_(pages) {}

  // For the app beside us.
  struct ToApp {};
  using Outcome = std::variant<Response, StreamRequest, PublishRequest, ToApp>;

  // Whether the path is one of ours, so that the request must be looked at more closely. Where it
  // is not, and there is an app, the request is for the app.
  bool knows(Port port, const Request& request) const;
  // Looks at the head only; the body comes later.
  Outcome route(Port port, const Request& request, Timestamp now) const;

 private:
  Outcome route_topic(Port port, const Topics::Match& match, const Request& request,
                      Timestamp now) const;
  Outcome route_topics(Port port, const Request& request, Timestamp now) const;
  bool has_app(Port port) const { return port == Port::streams && settings_.upstream.has_value(); }
  // The app's where there is one, else `otherwise`.
  Outcome to_app_or(Port port, Response otherwise) const;
  Outcome route_publish(const Topics::Match& match, const Request& request) const;

  const ServerSettings& settings_;
  Topics& topics_;
  const AdminPages& pages_;
};

// Status and text of what a publish came to.
Response publish_response(const Result<Published>& result, OffsetFormat format);

}  // namespace sidestream
