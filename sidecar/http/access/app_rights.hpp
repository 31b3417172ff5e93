#pragma once
// The rights of a stream that the app has given: asks it again whether they still hold.
//
// Thread: the stream's event loop. Shares the access and the topics.

#include <memory>
#include <vector>

#include "sidecar/http/access/access.hpp"
#include "sidecar/http/streams/stream_rights.hpp"
#include "sidecar/settings/network.hpp"
#include "sidecar/stream/filter/stream_filter.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class AppRights final : public RightsSource {
 public:
  AppRights(std::shared_ptr<Access> access, const AddressBytes& peer)
      : access_(std::move(access)), peer_(peer) {}

  // One topic of the stream, and what its `only:` is filled with.
  struct Part {
    ForwardQuestionPtr question;
    std::shared_ptr<Topic> topic;
    PathParameters parameters;
    std::vector<StreamFilter::Condition> only;
  };
  void add(Part part) { parts_.push_back(std::move(part)); }
  bool empty() const { return parts_.empty(); }

  // Ended: the app says so, or its claims no longer satisfy the rule, or ask for other records.
  Awaitable<Answer> ask() override;
  std::chrono::milliseconds interval() const override;

 private:
  bool still_holds(const Part& part, const Person& person) const;

  std::shared_ptr<Access> access_;
  AddressBytes peer_;
  std::vector<Part> parts_;
};

}  // namespace sidestream
