#include "client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace sidestream {
namespace {

Mailbox& new_mailbox() {
  static std::vector<std::unique_ptr<Mailbox>> all;
  all.push_back(std::make_unique<Mailbox>());
  return *all.back();
}

}  // namespace

void Mailbox::close() {
  closed_ = true;
  letters.clear();
}
void Mailbox::post_plan(std::uint64_t, std::size_t part, StartPlan plan) {
  if (closed_) return;
  letters.push_back({part, std::move(plan), std::nullopt});
}

void Mailbox::post_page(std::uint64_t, std::size_t part, Result<PagePtr> page) {
  if (closed_) return;
  letters.push_back({part, std::nullopt, std::move(page)});
}

Client::Client(std::vector<std::shared_ptr<OpenLog>> logs, const std::vector<StartRequest>& starts,
               Memory& memory, SubscriptionOptions options)
    : mailbox_(new_mailbox()), chunked_(options.chunked) {
  for (const auto& log : logs) {
    states_.push_back(std::make_unique<LogState>());
    log->log().view(states_.back()->view);
    pointers_.push_back(states_.back().get());
  }
  subscription_ = std::make_unique<Subscription>(options, std::move(logs), memory);
  subscription_->start(starts, mailbox_, 0);
}

Subscription::Context Client::context() { return {pointers_, mailbox_, 0, scratch_, 0}; }

void Client::wake() {
  for (std::size_t part = 0; part < states_.size(); ++part) {
    LogState& state = *states_[part];
    state.parked.head = state.view.head;
    state.parked.position = state.view.head_position;
    subscription_->log(part).log().view(state.view);
  }
  auto c = context();
  subscription_->look_around(c);
  // A loop would send now; this client reads when the test says so and is as good as blocked until
  // then.
  subscription_->blocked(c);
}

void Client::open_post() {
  while (!mailbox_.letters.empty()) {
    Mailbox::Letter letter = std::move(mailbox_.letters.front());
    mailbox_.letters.pop_front();
    if (letter.plan) wake();
    auto c = context();
    if (letter.plan) subscription_->take_plan(letter.part, std::move(*letter.plan), c);
    if (letter.page) subscription_->take_page(letter.part, std::move(*letter.page), c);
  }
}

void Client::read(std::size_t bytes) {
  auto c = context();
  do {
    const std::string_view offered = subscription_->step(c);
    if (offered.empty()) return;
    const std::size_t taken = std::min(bytes, offered.size());
    const bool all = taken == offered.size();
    wire.append(offered.substr(0, taken));
    framed_.append(offered.substr(0, taken));
    bytes -= taken;
    subscription_->wrote(taken, c);
    if (!all) subscription_->blocked(c);
    parse();
  } while (bytes > 0);
  subscription_->blocked(c);
}

void Client::parse() {
  if (!chunked_) {
    pending_ += std::exchange(framed_, {});
  }
  while (chunked_) {
    const auto end = framed_.find("\r\n");
    if (end == std::string::npos) break;
    const std::size_t size = std::stoul(framed_.substr(0, end), nullptr, 16);
    if (framed_.size() < end + 2 + size + 2) break;
    ASSERT_EQ(framed_.substr(end + 2 + size, 2), "\r\n");
    pending_.append(framed_, end + 2, size);
    framed_.erase(0, end + 2 + size + 2);
  }
  while (pending_.rfind(":\n", 0) == 0) pending_.erase(0, 2);
  for (auto end = pending_.find("\n\n"); end != std::string::npos; end = pending_.find("\n\n")) {
    block(std::string_view(pending_).substr(0, end + 1));
    pending_.erase(0, end + 2);
    while (pending_.rfind(":\n", 0) == 0) pending_.erase(0, 2);
  }
}

void Client::block(std::string_view text) {
  ClientEvent event;
  bool data = false;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    const auto colon = line.find(": ");
    ASSERT_NE(colon, std::string_view::npos) << line;
    const auto field = line.substr(0, colon);
    const auto value = line.substr(colon + 2);
    if (field == "data") {
      event.data.append(data ? "\n" : "").append(value);
      data = true;
    } else if (field == "event") {
      event.name = value;
    } else if (field == "id") {
      event.id = value;
      EXPECT_TRUE(text.empty()) << "id: is not last";
    } else {
      EXPECT_EQ(field, "retry");
    }
  }
  EXPECT_TRUE(data) << "a block without data";
  if (!event.id.empty()) last_id_ = event.id;
  events_.push_back(std::move(event));
}

std::vector<ClientEvent> Client::named(std::string_view name) const {
  std::vector<ClientEvent> found;
  std::copy_if(events_.begin(), events_.end(), std::back_inserter(found),
               [&](const auto& e) { return e.name == name; });
  return found;
}

std::vector<std::string> Client::records() const {
  std::vector<std::string> found;
  for (const auto& event : events_) {
    if (event.name.rfind("stream-", 0) != 0) found.push_back(event.data);
  }
  return found;
}

}  // namespace sidestream
