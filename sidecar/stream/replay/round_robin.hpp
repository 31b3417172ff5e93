#pragma once
// A queue of items in which keys take turns: one item of each key, then the next one of each. Items
// of one key keep their order. Pure.
//
// Thread: one at a time.

#include <cassert>
#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace sidestream {

template <class Key, class Item>
class RoundRobin {
 public:
  bool empty() const { return order_.empty(); }

  void push(Key key, Item item) {
    auto& items = items_[key];
    if (items.empty()) order_.push_back(key);
    items.push_back(std::move(item));
  }

  // Requires: !empty().
  const Item& front() const { return items_.at(order_.front()).front(); }
  // Takes the front. Requires: !empty().
  Item pop() {
    assert(!empty());
    const Key key = order_.front();
    const auto found = items_.find(key);
    Item item = std::move(found->second.front());
    found->second.pop_front();
    order_.pop_front();
    if (found->second.empty())
      items_.erase(found);
    else
      order_.push_back(key);
    return item;
  }

  // Goes on with the next key; the item stays. Requires: !empty().
  void pass() {
    order_.push_back(order_.front());
    order_.pop_front();
  }

  // Takes all items for which `wanted` is true.
  template <class Wanted>
  std::vector<Item> take_if(Wanted wanted) {
    std::vector<Item> taken;
    for (auto& [key, items] : items_) {
      std::deque<Item> others;
      for (Item& item : items) {
        if (wanted(std::as_const(item)))
          taken.push_back(std::move(item));
        else
          others.push_back(std::move(item));
      }
      items = std::move(others);
    }
    std::erase_if(items_, [](const auto& entry) { return entry.second.empty(); });
    std::erase_if(order_, [this](Key key) { return !items_.contains(key); });
    return taken;
  }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [key, items] : items_) {
      for (const Item& item : items) visit(item);
    }
  }
  template <class Visit>
  void for_each_key(Visit visit) const {
    for (const Key key : order_) visit(key);
  }

 private:
  std::map<Key, std::deque<Item>> items_;  // none is empty
  std::deque<Key> order_;                  // the keys of items_, the next one first
};

}  // namespace sidestream
