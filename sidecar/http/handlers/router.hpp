#pragma once
// What becomes of a request: an answer, a stream, or a publish. Pure but for the pages' own
// look-ups.
//
// Thread: any.

#include <memory>
#include <string>
#include <variant>

#include "sidecar/http/handlers/admin.hpp"
#include "sidecar/http/handlers/subscribe.hpp"
#include "sidecar/http/protocol/message.hpp"
#include "sidecar/http/running_config.hpp"

namespace sidestream {

enum class Port { streams, admin };

struct PublishRequest {
  std::shared_ptr<Topic> topic;
  std::string log;
  Message message;  // but for its value, which is the body
  std::uint64_t body_max;
  Fields headers;  // for the answer
};

class Router {
 public:
  // Borrows it.
  explicit Router(const AdminPages& pages) : pages_(pages) {}

  // For the app beside us.
  struct ToApp {};
  using Outcome = std::variant<Response, StreamRequest, PublishRequest, ToApp>;

  // Whether the path is one of ours, so that the request must be looked at more closely. Where it
  // is not, and there is an app, the request is for the app.
  static bool knows(const RunningConfig& serving, Port port, const Request& request);
  // Looks at the head only; the body comes later.
  Outcome route(const RunningConfig& serving, Port port, const Request& request,
                Timestamp now) const;

 private:
  const AdminPages& pages_;
};

// Status and text of what a publish came to.
Response publish_response(const Result<Published>& result, OffsetFormat format);

}  // namespace sidestream
