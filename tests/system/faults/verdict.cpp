#include "tests/system/faults/verdict.hpp"

#include <algorithm>

namespace e2e::faults {
namespace {

struct Place {
  std::int64_t next = 0;  // the first number not seen yet
  Offset excused{-2};     // records before it need not be seen: announced, or before the start
  Offset last{-2};        // of the last record seen
};

class Judge {
 public:
  Judge(const std::vector<Generation>& generations, std::string who, int person,
        std::vector<std::string>& out)
      : generations_(generations), who_(std::move(who)), person_(person), out_(out) {}

  void take(const History& history) {
    for (const auto& text : history.broken) wrong(text);
    for (const auto& sight : history.sights) {
      switch (sight.what) {
        case Sight::What::open:
          open(sight);
          break;
        case Sight::What::record:
          record(sight);
          break;
        case Sight::What::gap:
          gap(sight);
          break;
        case Sight::What::reset:
          reset(sight);
          break;
        case Sight::What::came:
          break;
      }
    }
    end();
  }

 private:
  void wrong(const std::string& text) { out_.push_back(who_ + ": " + text); }

  static std::string name(const Sight& s) {
    return "generation " + std::to_string(s.generation) + " lane " + std::to_string(s.lane);
  }

  const Lane& lane(int generation, int number) const {
    static const Lane none;
    const auto& lanes = generations_.at(static_cast<std::size_t>(generation)).lanes;
    const auto i = static_cast<std::size_t>(number);
    return i < lanes.size() ? lanes[i] : none;
  }

  Place& place(int number) {
    const auto i = static_cast<std::size_t>(number);
    if (i >= places_.size()) places_.resize(i + 1);
    return places_[i];
  }

  void open(const Sight& s) {
    generation_ = std::max(generation_, 0);
    opens_ += s.lane == 0;
    if (opens_ == 1) {
      place(s.lane).excused = s.at.just_after();
    } else if (s.at > s.before) {
      wrong(name(s) + ": stream-open stands at " + s.at.text() + ", beyond " + s.before.text());
    }
  }

  // Another generation: all that was known of lanes belongs to the old one.
  void enter(int generation) {
    generation_ = generation;
    places_.clear();
  }

  void record(const Sight& s) {
    const auto what = name(s) + " record " + std::to_string(s.number);
    by_gap_ = false;
    if (s.generation < generation_)
      return wrong(what + " after generation " + std::to_string(generation_) + " began");
    if (s.generation > generation_) {
      wrong(what + ": another generation without a word");
      enter(s.generation);
    }
    auto& at = place(s.lane);
    const auto& truth = lane(s.generation, s.lane);
    if (s.number >= static_cast<std::int64_t>(truth.offsets.size())) {
      return wrong(what + " was never written");
    }
    if (s.number < at.next) return wrong(what + " again");
    if (person_ >= 0 && person_of(s.number) != person_) wrong(what + " is another person's");
    std::int64_t lost = 0, first = -1;
    for (; at.next < s.number; ++at.next) {
      const auto& offset = truth.offsets[static_cast<std::size_t>(at.next)];
      if (!offset || *offset < at.excused) continue;
      if (first < 0) first = at.next;
      ++lost;
    }
    if (lost > 0) {
      wrong(what + ": " + std::to_string(lost) + " before it were lost without a word, the first " +
            std::to_string(first) + " at " +
            truth.offsets[static_cast<std::size_t>(first)]->text());
    }
    const auto& own = truth.offsets[static_cast<std::size_t>(s.number)];
    if (own && *own != s.at) {
      wrong(what + " has id " + s.at.text() + " instead of " + own->text());
    }
    if (s.at <= at.last) wrong(what + ": its offset goes back");
    at.last = s.at;
    at.next = s.number + 1;
  }

  // A gap that leads into the new generation announces its start.
  bool begins_generation(const Sight& s) const {
    if (s.generation <= generation_ || !s.resumed.is_time()) return false;
    const auto& old = lane(generation_, s.lane).offsets;
    return std::all_of(old.begin(), old.end(),
                       [&](const auto& offset) { return !offset || *offset < s.resumed; });
  }

  void gap(const Sight& s) {
    const auto what = name(s) + " gap after " + s.at.text() + " until " + s.resumed.text();
    const bool another = begins_generation(s);
    if (another) enter(s.generation);
    by_gap_ = another;
    auto& at = place(s.lane);
    const auto& truth = lane(generation_, s.lane);
    // What a person has no right to moves her stream on, and not her client.
    if (person_ < 0 ? s.at != s.before : s.at < s.before)
      wrong(what + ": the client stood at " + s.before.text());
    if (s.resumed <= s.at) wrong(what + ": it goes back");
    std::int64_t least = 0, perhaps = 0, held = 0;
    for (std::size_t i = 0; i < truth.offsets.size(); ++i) {
      const auto& offset = truth.offsets[i];
      if (!offset) {
        perhaps += static_cast<std::int64_t>(i) >= at.next;
      } else if (*offset > s.at && *offset < s.resumed) {
        ++least;
        held += *offset >= truth.floor;
      }
    }
    if (held > 0) wrong(what + ": " + std::to_string(held) + " of them were never dropped");
    if (!another && s.lost && s.exact && (*s.lost < least || *s.lost > least + perhaps)) {
      wrong(what + ": it tells " + std::to_string(*s.lost) + " lost instead of " +
            std::to_string(least));
    }
    if (!another && truth.floor < Offset{0}) wrong(what + ": nothing was dropped there");
    at.excused = std::max(at.excused, s.resumed);
  }

  void reset(const Sight& s) {
    // A gap may have said it before the reset does: as long as no record came, that is all one.
    if (s.lane == 0 && s.generation == generation_ && !by_gap_) {
      wrong(name(s) + ": a reset without another generation");
    }
    by_gap_ = false;
    if (s.generation > generation_) enter(s.generation);
    auto& at = place(s.lane);
    const auto& truth = lane(s.generation, s.lane);
    at.excused = s.at.just_after();
    const auto held = std::count_if(
        truth.offsets.begin(), truth.offsets.end(),
        [&](const auto& offset) { return offset && *offset >= truth.floor && *offset <= s.at; });
    if (held > 0) {
      wrong(name(s) + ": the reset to " + s.at.text() + " passes over " + std::to_string(held) +
            " records");
    }
  }

  void end() {
    if (generation_ + 1 != static_cast<int>(generations_.size())) {
      return wrong("it never came to generation " + std::to_string(generations_.size() - 1));
    }
    const auto& lanes = generations_.back().lanes;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      const auto& offsets = lanes[i].offsets;
      auto& at = place(static_cast<int>(i));
      std::int64_t lost = 0;
      for (; at.next < static_cast<std::int64_t>(offsets.size()); ++at.next) {
        const auto& offset = offsets[static_cast<std::size_t>(at.next)];
        lost += offset && *offset >= at.excused;
      }
      if (lost > 0) {
        wrong("lane " + std::to_string(i) + ": the last " + std::to_string(lost) + " never came");
      }
    }
  }

  const std::vector<Generation>& generations_;
  std::string who_;
  const int person_;
  std::vector<std::string>& out_;
  int generation_ = -1;
  int opens_ = 0;
  bool by_gap_ = false;  // a gap led into this generation, and nothing came since
  std::vector<Place> places_;
};

// A record that somebody saw was written, whether or not the broker could say so.
void learn(const std::vector<History>& histories, std::vector<Generation>& generations) {
  for (const auto& history : histories) {
    for (const auto& s : history.sights) {
      if (s.what != Sight::What::record || s.generation >= static_cast<int>(generations.size()))
        continue;
      auto& lanes = generations[static_cast<std::size_t>(s.generation)].lanes;
      if (s.lane >= static_cast<int>(lanes.size())) continue;
      auto& offsets = lanes[static_cast<std::size_t>(s.lane)].offsets;
      const auto number = static_cast<std::size_t>(s.number);
      if (number < offsets.size() && !offsets[number]) offsets[number] = s.at;
    }
  }
}

// What a client that may read this person's records alone need not see counts as perhaps written.
std::vector<Generation> those_of(int person, std::vector<Generation> generations) {
  for (auto& generation : generations)
    for (auto& lane : generation.lanes)
      for (std::size_t i = 0; i < lane.offsets.size(); ++i)
        if (person_of(static_cast<std::int64_t>(i)) != person) lane.offsets[i].reset();
  return generations;
}

}  // namespace

std::vector<std::vector<std::string>> judge_each(const std::vector<History>& histories,
                                                 std::vector<Generation> generations) {
  learn(histories, generations);
  std::vector<std::vector<std::string>> out(histories.size());
  std::vector<std::vector<Generation>> of_persons;
  for (int person = 0; person < persons; ++person)
    of_persons.push_back(those_of(person, generations));
  for (std::size_t i = 0; i < histories.size(); ++i) {
    const int person = histories[i].person;
    const auto& due = person < 0 ? generations : of_persons[static_cast<std::size_t>(person)];
    Judge(due, "client " + std::to_string(i), person, out[i]).take(histories[i]);
  }
  return out;
}

}  // namespace e2e::faults
