#include "tests/system/faults/memory.hpp"

#include <boost/json.hpp>

namespace e2e::faults {
namespace {

std::string as_text(const boost::json::value& value) { return std::string(value.as_string()); }

}  // namespace

void Memory::broken(const std::string& why) {
  if (history_.broken.size() < 5) history_.broken.push_back(why + " (at id " + id_ + ")");
}

void Memory::add(Sight sight) {
  sight.ms = static_cast<std::int32_t>(
      std::chrono::duration_cast<Milliseconds>(Clock::now() - begun_).count());
  history_.sights.push_back(sight);
}

void Memory::came(std::size_t sidecar) {
  add({.what = Sight::What::came, .number = static_cast<std::int64_t>(sidecar)});
}

Offset Memory::position(int lane) const {
  const auto i = static_cast<std::size_t>(lane);
  return i < position_.size() ? position_[i] : Offset{};
}

std::int64_t Memory::next(int lane) const {
  const auto i = static_cast<std::size_t>(lane);
  return i < next_.size() ? next_[i] : 0;
}

std::string Memory::text() const {
  std::string text = "generation " + std::to_string(generation_) + ", id " + id_ + ", next";
  for (const auto number : next_) text += " " + std::to_string(number);
  return text;
}

void Memory::on_event(const EventView& event) {
  if (rights_ != nullptr)
    if (const std::string why = rights_->take(event.name, event.data); !why.empty()) broken(why);
  const auto to = event.id ? parse_id(*event.id) : position_;
  if (event.name.empty()) {
    record(event);
  } else if (event.name == "stream-gap") {
    gap(event);
  } else if (event.name == "stream-reset") {
    if (!event.id) broken("a reset without an id");
    generation_ = journal_.generation();
    next_.clear();
    whole(Sight::What::reset, to);
  } else if (event.name == "stream-open") {
    if (event.id) whole(Sight::What::open, to);
    opened_ = true;
  }
  if (!event.id) return;
  id_ = *event.id;
  position_ = to;
}

void Memory::whole(Sight::What what, const std::vector<Offset>& to) {
  for (std::size_t lane = 0; lane < to.size(); ++lane) {
    add({.what = what,
         .lane = static_cast<std::int16_t>(lane),
         .generation = journal_.generation(),
         .at = to[lane],
         .before = position(static_cast<int>(lane))});
  }
}

void Memory::record(const EventView& event) {
  const auto what = parse_record(event.data);
  if (!what) return broken("not one of our records: " + std::string(event.data.substr(0, 100)));
  if (!event.id) return broken("a record without an id");
  const auto to = parse_id(*event.id);
  if (what->lane >= static_cast<int>(to.size())) return broken("a record that its id doesn't name");
  if (what->generation == generation_ && rights_ == nullptr) expect_only(what->lane, to);
  const auto lane = static_cast<std::size_t>(what->lane);
  if (what->generation != generation_) next_.clear();
  generation_ = what->generation;
  if (next_.size() < to.size()) next_.resize(to.size());
  next_[lane] = what->number + 1;
  add({.lane = static_cast<std::int16_t>(what->lane),
       .generation = what->generation,
       .number = what->number,
       .at = to[lane],
       .before = position(what->lane)});
}

// A record's id moves its own lane alone.
void Memory::expect_only(int lane, const std::vector<Offset>& to) {
  for (std::size_t i = 0; i < std::max(to.size(), position_.size()); ++i) {
    const auto before = position(static_cast<int>(i));
    const auto after = i < to.size() ? to[i] : Offset{};
    if (static_cast<int>(i) != lane && after != before) {
      broken("a record of lane " + std::to_string(lane) + " moves lane " + std::to_string(i) +
             " to " + after.text());
    }
  }
}

void Memory::gap(const EventView& event) {
  const auto json = boost::json::parse(std::string(event.data));
  if (as_text(json.at("reason")) != "retention") broken("a gap: " + std::string(event.data));
  for (const auto& part : json.at("partitions").as_array()) {
    Sight sight{.what = Sight::What::gap, .generation = journal_.generation()};
    sight.lane = static_cast<std::int16_t>(part.at("partition").to_number<int>());
    sight.at = Offset::parse(as_text(part.at("requested")));
    sight.before = position(sight.lane);
    sight.resumed = Offset::parse(as_text(part.at("resumed")));
    if (part.at("lost").is_number()) sight.lost = part.at("lost").to_number<std::int64_t>();
    sight.exact = !part.as_object().contains("exact");
    add(sight);
    // No reset says it where the new generation's offsets are above the old ones'.
    if (sight.generation > generation_ &&
        journal_.ends_before(generation_, sight.lane, sight.resumed)) {
      generation_ = sight.generation;
      next_.clear();
    }
  }
}

}  // namespace e2e::faults
