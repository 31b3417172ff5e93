#pragma once
// From a request to what a stream needs: which logs, where to start, which options. Pure.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sidecar/http/handlers/delivery.hpp"
#include "sidecar/http/handlers/stream_filters.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/start/start.hpp"
#include "sidecar/stream/topic/topic_map.hpp"

namespace sidestream {

struct StreamRequest {
  struct Part {
    std::shared_ptr<Topic> topic;
    std::string log;
    StartRequest start;
    PathParameters parameters{};
    FilterConditions filters{};  // that the reader asks for
  };
  std::vector<Part> parts;
  // The id that the client has, in the alphabet of ids; empty: none. Blocks that are sent before the
  // start is known carry it.
  std::string own_id;
  std::string location;  // that stream-open tells: of a reply (`ask:`); else empty
  Fields headers{};      // of the response, besides those of CORS
  Delivery delivery;
  bool composite = false;      // GET /events?topic=...: ids name their topics
  bool control_events = true;  // off where one of the topics has them off
  bool only_running = false;   // nothing to read once the logs have ended, wherever it starts
  Milliseconds heartbeat{};
  RetrySettings retry;
  CorsSettings cors;
};

// `now`: for starts like since=10m.
// Requires: a match without `bad_parameter`.
std::variant<StreamRequest, Response> parse_stream(const TopicMap::Match& match,
                                                   const Request& request, Timestamp now);
std::variant<StreamRequest, Response> parse_streams(const TopicMap& topics, const Request& request,
                                                    Timestamp now);

// Whether the request has an id, and every topic can read what it says of the topic. The client's
// other ids would be a reset.
bool has_readable_id(const StreamRequest& stream);

// What GET /events?topic=... may grant: to origins that every topic allows. `otherwise`: without a
// topic, or for one that does not exist.
CorsSettings cors_of_streams(const TopicMap& topics, const Request& request,
                             const CorsSettings& otherwise);

}  // namespace sidestream
