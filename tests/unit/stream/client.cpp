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
void Mailbox::post_plan(std::size_t part, StartPlan plan) {
  if (closed_) return;
  letters.push_back({part, std::move(plan), std::nullopt});
}

void Mailbox::post_page(std::size_t part, Result<PagePtr> page) {
  if (closed_) return;
  letters.push_back({part, std::nullopt, std::move(page)});
}

Client::Client(std::vector<std::shared_ptr<OpenLog>> logs, const std::vector<StartRequest>& starts,
               SubscriptionOptions options)
    : logs_(std::move(logs)), mailbox_(new_mailbox()) {
  std::vector<const LoopView*> views;
  for (const auto& log : logs_) {
    views_.push_back(std::make_unique<LoopView>(*log));
    views_.back()->refresh();
    views.push_back(views_.back().get());
  }
  subscription_ = std::make_unique<Subscription>(options, views);
  for (std::size_t part = 0; part < starts.size(); ++part) request_start(part, starts[part]);
}

void Client::request_start(std::size_t part, StartRequest request) {
  const auto take = [&mailbox = mailbox_, part](StartPlan plan) {
    mailbox.post_plan(part, std::move(plan));
  };
  logs_[part]->start(std::move(request), {take, waiting_});
}

void Client::request_page(std::size_t part, const PageRequest& request) {
  PagePtr page = logs_[part]->replay().want(request.partition, request.after, request.until,
                                            [&mailbox = mailbox_, part](Result<PagePtr> ready) {
                                              mailbox.post_page(part, std::move(ready));
                                            });
  if (page) subscription_->take_page(part, std::move(page));
}

// Between reads this client is blocked: its position is saved, and it notices changes with its next
// step.
void Client::wake() {
  for (std::size_t part = 0; part < views_.size(); ++part) {
    const std::uint64_t generation = views_[part]->view.generation;
    views_[part]->refresh();
    if (!subscription_->is_parked(part)) continue;
    if (views_[part]->view.generation == generation) unpark(part);
  }
}

void Client::unpark(std::size_t part) {
  const LogView& view = views_[part]->view;
  std::uint64_t sequence = views_[part]->previous_head;
  if (sequence >= view.tail) {
    for (; sequence < view.head; ++sequence) {
      const Segment& segment = *view.segment_of(sequence);
      const Frame& frame = segment.frame(view.index_of(segment, sequence));
      if (subscription_->filter(part)->wants(segment, frame)) break;
    }
    if (sequence == view.head && !view.ended) return;
  }
  EXPECT_TRUE(subscription_->unpark(part, sequence));
  subscription_->blocked();
}

void Client::open_post() {
  while (!mailbox_.letters.empty()) {
    Mailbox::Letter letter = std::move(mailbox_.letters.front());
    mailbox_.letters.pop_front();
    if (letter.plan) wake();
    if (letter.plan) subscription_->take_plan(letter.part, std::move(*letter.plan));
    if (letter.page) subscription_->take_page(letter.part, std::move(*letter.page));
  }
}

void Client::read(std::size_t bytes) {
  take(bytes);
  while (unsent_.empty() && !finished_) {
    const Output out = subscription_->step(own_);
    if (out.action == Action::wait) {
      for (std::size_t part = 0; part < views_.size(); ++part) subscription_->park(part);
      break;
    }
    carry_out(out, bytes > 0);
    if (out.action == Action::send_run && bytes == 0) break;
    take(bytes);
  }
  subscription_->blocked();
}

void Client::carry_out(const Output& out, bool takes_any) {
  switch (out.action) {
    case Action::start:
      return request_start(out.part, subscription_->begin_restart(out.part));
    case Action::fetch:
      return request_page(out.part, subscription_->begin_fetch(out.part));
    case Action::send_own:
      unsent_ = out.blocks;
      return subscription_->sent_own();
    case Action::send_run: {
      const Run run = find_run(views_[0]->view, out.cursor, out.limit);
      if (!takes_any && !run.blocks.empty()) return;
      unsent_ = run.blocks;
      if (subscription_->sent_run(run)) {
        EXPECT_EQ(subscription_->step(own_).action, Action::wait);
      }
      return;
    }
    case Action::finish:
      finished_ = true;
      return;
    case Action::wait:
      return;
  }
}

void Client::take(std::size_t& bytes) {
  const std::size_t taken = std::min(bytes, unsent_.size());
  wire.append(unsent_, 0, taken);
  pending_.append(unsent_, 0, taken);
  unsent_.erase(0, taken);
  bytes -= taken;
  parse();
}

void Client::parse() {
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
