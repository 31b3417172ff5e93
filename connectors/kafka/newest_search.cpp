#include "connectors/kafka/newest_search.hpp"

#include <algorithm>
#include <utility>

namespace sidestream::kafka {
namespace {

// A stretch is read to its end, so it grows no further.
constexpr std::int64_t longest = 4096;
constexpr std::int64_t growth = 8;

std::optional<std::string> copy(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

}  // namespace

void NewestSearch::Kept::set(const Record& record, bool value) {
  record_ = record;
  key_ = copy(record.key);
  // A tombstone is told from a value that is left out.
  value_ = value || !record.value ? copy(record.value) : std::string();
  own_headers_.clear();
  for (const Header& header : record.headers) {
    own_headers_.push_back({std::string(header.name), copy(header.value)});
  }
}

const Record& NewestSearch::Kept::record() {
  headers_.clear();
  for (const OwnHeader& header : own_headers_) {
    headers_.push_back({header.name, view(header.value)});
  }
  record_->key = view(key_);
  record_->value = view(value_);
  record_->event = {};
  record_->headers = headers_;
  return *record_;
}

NewestSearch::NewestSearch(NewestQuery query, Read read, Connector::NewestCallback done)
    : query_(std::move(query)),
      read_(std::move(read)),
      done_(std::move(done)),
      after_(query_.until) {}

void NewestSearch::run() { step_back(); }

void NewestSearch::step_back() {
  if (after_ <= query_.floor) return done_(nullptr);
  until_ = after_;
  after_ = std::max(query_.floor, Offset::of(until_.number() - length_));
  at_ = after_;
  length_ = std::min(length_ * growth, longest);
  read_on();
}

void NewestSearch::read_on() {
  Range range;
  range.log = query_.log;
  range.after = at_;
  range.until = until_;
  const auto keep = [this](std::span<const Record> records) {
    if (!records.empty()) newest_.set(records.back(), query_.value);
  };
  read_(std::move(range), keep,
        [self = shared_from_this()](Result<Offset> reached) { self->take(reached); });
}

void NewestSearch::take(Result<Offset> reached) {
  if (!reached) return done_(reached.error());
  if (*reached <= at_) return done_(make_error_code(Errc::gone));
  at_ = *reached;
  if (at_ < until_) return read_on();
  if (newest_.empty()) return step_back();
  done_(&newest_.record());
}

}  // namespace sidestream::kafka
