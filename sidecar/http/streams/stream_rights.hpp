#pragma once
// The rights by which a stream is open, and when they end. Pure but for RightsSource.
//
// Thread: one event loop.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "sidecar/auth/person.hpp"
#include "sidecar/fetch/awaitable.hpp"
#include "sidecar/http/limits/address_quota.hpp"

namespace sidestream {

// Where rights come from that can be asked about again.
class RightsSource {
 public:
  virtual ~RightsSource() = default;

  struct Answer {
    enum class Kind : std::uint8_t { held, ended, unknown };
    Kind kind = Kind::unknown;
    PersonPtr person;  // of `held`
  };
  virtual Awaitable<Answer> ask() = 0;
  // How often; 0: never.
  virtual std::chrono::milliseconds interval() const = 0;
};

class StreamRights {
 public:
  using Clock = std::chrono::steady_clock;

  // `source`: null where the rights can't be asked about.
  StreamRights(PersonPtr person, std::shared_ptr<RightsSource> source)
      : person_(std::move(person)), source_(std::move(source)) {}

  const Person& person() const { return *person_; }
  const std::shared_ptr<RightsSource>& source() const { return source_; }

  void hold(AddressPlace place) { place_ = std::move(place); }

  // What time brings.
  enum class Step : std::uint8_t {
    none,
    announce,  // that the rights end soon; once
    expire,    // they have ended
    ask,       // the source; then take()
  };
  Step step(std::int64_t wall_ms, Clock::time_point now);

  // Returns whether the stream goes on: `revoked` or `unavailable` if not.
  enum class Outcome : std::uint8_t { held, revoked, unavailable };
  Outcome take(RightsSource::Answer answer, Clock::time_point now);

  // The first question comes after the interval or up to a tenth earlier.
  void begin(Clock::time_point now);

 private:
  void schedule(Clock::time_point now);

  PersonPtr person_;
  AddressPlace place_;  // of streams_per_subject
  std::shared_ptr<RightsSource> source_;
  Clock::time_point next_ = Clock::time_point::max();
  std::uint8_t failures_ = 0;  // in succession
  bool announced_ = false;
  bool asking_ = false;
};

}  // namespace sidestream
