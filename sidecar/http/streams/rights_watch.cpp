#include "sidecar/http/streams/rights_watch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

namespace sidestream {

std::size_t RightsWatch::revoke(const Revocation& revocation) {
  std::size_t ended = 0;
  streams_.for_each([&](std::uint32_t slot, Stream& stream) {
    if (!stream.rights() || !revocation.ends(stream.rights()->person())) return;
    ++ended;
    end_(slot, CloseReason::revoked);
  });
  return ended;
}

void RightsWatch::ask(std::uint64_t name) {
  const std::shared_ptr<RightsSource> source = streams_.find(name)->rights()->source();
  auto asked = source->ask();
  boost::asio::co_spawn(
      io_, std::move(asked),
      [this, name, source](std::exception_ptr error, RightsSource::Answer answer) {
        if (error) answer = {};
        take(name, std::move(answer));
      });
}

void RightsWatch::take(std::uint64_t name, RightsSource::Answer answer) {
  using Outcome = StreamRights::Outcome;
  Stream* stream = streams_.find(name);
  if (!stream) return;
  const Outcome outcome = stream->rights()->take(std::move(answer), StreamRights::Clock::now());
  if (outcome == Outcome::held) return;
  end_(StreamSlots::slot_of(name),
       outcome == Outcome::revoked ? CloseReason::revoked : CloseReason::auth_unavailable);
}

}  // namespace sidestream
