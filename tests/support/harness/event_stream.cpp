#include "tests/support/harness/event_stream.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace e2e {

std::string Event::field(const std::string& wanted) const {
  boost::system::error_code error;
  const auto json = boost::json::parse(data, error);
  if (error || !json.is_object()) throw WireError(name + " carries no JSON object: " + data);
  const auto* value = json.as_object().if_contains(wanted);
  return value ? boost::json::serialize(*value) : std::string();
}

bool is_notice(const Event& event) {
  return event.name == "stream-gap" || event.name == "stream-reset";
}

EventStream::EventStream(const Address& address, const std::string& target, const Headers& headers,
                         const std::string& version, int receive_buffer)
    : socket_(address, receive_buffer) {
  for (const auto& [name, value] : headers) {
    if (name == "Last-Event-ID") last_id_ = value;
  }
  Request request{.target = target, .headers = headers, .version = version};
  socket_.send(request.text());
  read_head(usual);
}

void EventStream::read_head(Clock::duration within) {
  const Deadline deadline(within);
  std::string received;
  for (;;) {
    if (auto head = parse_head(received)) {
      head_ = std::move(*head);
      break;
    }
    if (!socket_.receive(received, Milliseconds(deadline.left_ms()))) {
      throw WireError("no response to a stream request: " + received);
    }
  }
  const auto type = head_.header("Content-Type");
  if (head_.status != 200 || !type || type->rfind("text/event-stream", 0) != 0) {
    throw WireError("a browser is turned away for good: " + received);
  }
  chunked_ = head_.header("Transfer-Encoding") == "chunked";
  take_in(std::string_view(received).substr(head_.raw.size()));
}

void EventStream::take_in(std::string_view bytes) {
  scratch_.clear();
  if (chunked_) {
    if (decoder_.feed(bytes, scratch_) != bytes.size())
      throw WireError("bytes after the last chunk");
  } else {
    scratch_.assign(bytes);
  }
  body_ += scratch_;
  parser_.feed(scratch_, *this);
  if (chunked_ && decoder_.finished()) {
    if (!parser_.between_blocks()) throw WireError("the last chunk cuts a block");
    end_ = End::clean;
  }
}

bool EventStream::pump(Clock::duration within) {
  std::string bytes;
  if (socket_.receive(bytes, within)) {
    take_in(bytes);
    return true;
  }
  if (socket_.end() == Socket::End::open) return false;
  if (end_ == End::open) {
    const bool orderly = !chunked_ && socket_.end() == Socket::End::closed;
    end_ = orderly && parser_.between_blocks() ? End::clean : End::cut;
  }
  return false;
}

void EventStream::on_event(const EventView& view) {
  Event event{std::string(view.name), std::string(view.data), std::nullopt, view.retry,
              Clock::now()};
  if (view.id) event.id = std::string(*view.id);
  events_.push_back(std::move(event));
  ++received_;
}

void EventStream::on_heartbeat() {
  ++heartbeats_;
  last_heartbeat_ = Clock::now();
}

std::optional<Event> EventStream::maybe_next(Clock::duration within) {
  const Deadline deadline(within);
  while (events_.empty()) {
    if (!pump(Milliseconds(deadline.left_ms())) && events_.empty()) return std::nullopt;
  }
  Event event = std::move(events_.front());
  events_.pop_front();
  if (event.id) last_id_ = *event.id;
  if (event.is_control()) controls_.push_back(event);
  return event;
}

Event EventStream::next(Clock::duration within) {
  auto event = maybe_next(within);
  if (!event) {
    throw WireError(end_ == End::open ? "no event in time" : "the stream ended before the event");
  }
  return std::move(*event);
}

Event EventStream::record(Clock::duration within) {
  const Deadline deadline(within);
  for (;;) {
    auto event = next(Milliseconds(deadline.left_ms()));
    if (!event.is_control()) return event;
    if (is_notice(event)) throw WireError("a notice of loss: " + event.name + " " + event.data);
  }
}

std::vector<Event> EventStream::records(std::size_t count, Clock::duration within) {
  const Deadline deadline(within);
  std::vector<Event> result;
  while (result.size() < count) {
    try {
      result.push_back(record(Milliseconds(deadline.left_ms())));
    } catch (const WireError& error) {
      throw WireError(std::string(error.what()) + " (after " + std::to_string(result.size()) +
                      " of " + std::to_string(count) + " records)");
    }
  }
  return result;
}

Event EventStream::control(const std::string& name, Clock::duration within) {
  const Deadline deadline(within);
  for (;;) {
    auto event = next(Milliseconds(deadline.left_ms()));
    if (event.name == name) return event;
    if (!event.is_control() || is_notice(event)) {
      throw WireError("instead of " + name + ": " + event.name + " " + event.data);
    }
  }
}

bool EventStream::is_silent(Clock::duration time) {
  const Deadline deadline(time);
  while (auto event = maybe_next(Milliseconds(deadline.left_ms()))) {
    if (!event->is_control() || is_notice(*event)) return false;
  }
  return end_ == End::open;
}

EventStream::End EventStream::wait_end(Clock::duration within) {
  const Deadline deadline(within);
  while (end_ == End::open && !deadline.passed()) pump(Milliseconds(deadline.left_ms()));
  // After the last chunk the connection may still be open for a moment; it must not say more.
  return end_;
}

Clock::time_point EventStream::heartbeat(Clock::duration within) {
  const Deadline deadline(within);
  const int before = heartbeats_;
  while (heartbeats_ == before) {
    if (!pump(Milliseconds(deadline.left_ms())) && heartbeats_ == before) {
      throw WireError("no heartbeat in time");
    }
  }
  return last_heartbeat_;
}

int EventStream::count_of(const std::string& control) const {
  return static_cast<int>(std::count_if(controls_.begin(), controls_.end(),
                                        [&](const Event& event) { return event.name == control; }));
}

}  // namespace e2e
