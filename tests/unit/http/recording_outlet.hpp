#pragma once
// An outlet that records what it gets. The test decides how much it takes and when it is ready.

#include <algorithm>
#include <memory>
#include <string>

#include "sidecar/http/streams/outlet.hpp"

namespace sidestream {

// What the test sees of an outlet, also after the table has dropped it.
struct OutletRecord {
  std::string received;
  std::size_t takes = SIZE_MAX;  // bytes from now on
  bool broken = false;
  bool finished = false;
  bool dropped = false;
  bool dead = false;
  int sends = 0;
  const void* last_piece = nullptr;  // where the bytes of the last send began
  Outlet::Input input = Outlet::Input::none;
  OutletEvents* writable = nullptr;  // waited for
  std::uint64_t stream = 0;
};

class RecordingOutlet final : public Outlet {
 public:
  RecordingOutlet(std::shared_ptr<OutletRecord> record, Coding coding)
      : record_(std::move(record)), coding_(coding) {}
  ~RecordingOutlet() override { record_->dropped = true; }

  Coding coding() const override { return coding_; }
  Sent send(std::span<const std::string_view> pieces) override {
    ++record_->sends;
    if (!pieces.empty()) record_->last_piece = pieces.front().data();
    if (record_->broken) return {0, true};
    std::size_t sent = 0;
    for (const std::string_view piece : pieces) {
      const std::size_t taken = std::min(piece.size(), record_->takes);
      record_->received.append(piece.substr(0, taken));
      record_->takes -= taken;
      sent += taken;
    }
    return {sent, false};
  }
  void finish() override { record_->finished = true; }
  void wait_writable(OutletEvents& events, std::uint64_t stream) override {
    record_->writable = &events;
    record_->stream = stream;
  }
  void wait_readable(OutletEvents&, std::uint64_t stream) override { record_->stream = stream; }
  Input discard_input() override { return record_->input; }
  bool peer_is_dead() const override { return record_->dead; }

 private:
  std::shared_ptr<OutletRecord> record_;
  Coding coding_;
};

}  // namespace sidestream
