#pragma once
// A responder that records the answer. The test decides what body there is and when the client
// leaves.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "recording_outlet.hpp"
#include "sidecar/http/protocol/responder.hpp"

namespace sidestream {

class RecordingResponder final : public Responder {
 public:
  // What the handler has done.
  std::optional<Response> response;
  std::optional<std::string> blocks;  // of respond_stream()
  Fields stream_headers;              // of respond_stream()
  std::shared_ptr<OutletRecord> outlet;
  bool passed_on = false;
  // What the client does.
  Body body{Body::Outcome::whole};
  std::function<void()> leave;  // set while the client is watched

  Awaitable<void> respond(Response given) override {
    response = std::move(given);
    co_return;
  }
  Awaitable<Body> read_body(std::uint64_t) override { co_return std::move(body); }
  std::unique_ptr<Outlet> open_stream(Dialect, const Fields&) override {
    outlet = std::make_shared<OutletRecord>();
    return std::make_unique<RecordingOutlet>(outlet, Coding::identity);
  }
  Awaitable<void> respond_stream(Dialect, Fields headers, std::string given) override {
    stream_headers = std::move(headers);
    blocks = std::move(given);
    co_return;
  }
  Awaitable<void> pass_on() override {
    passed_on = true;
    co_return;
  }
  std::unique_ptr<ClientWatch> watch_client(std::function<void()> left) override {
    leave = std::move(left);
    return std::make_unique<Watch>(*this);
  }

 private:
  class Watch final : public ClientWatch {
   public:
    explicit Watch(RecordingResponder& owner) : owner_(owner) {}
    ~Watch() override { owner_.leave = nullptr; }

   private:
    RecordingResponder& owner_;
  };
};

}  // namespace sidestream
