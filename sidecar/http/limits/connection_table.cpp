#include "sidecar/http/limits/connection_table.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>

namespace sidestream {

// ---- places ----

void ConnectionPlace::give_back() noexcept {
  counted_.give_back();
  ConnectionTable* const table = std::exchange(table_, nullptr);
  if (!table) return;
  const std::lock_guard lock(table->mutex_);
  table->leave(*address_);
}

// ---- one connection ----

Connection::~Connection() {
  if (!table_) return;
  const std::lock_guard lock(table_->mutex_);
  leave_idle();
}

// Requires: the lock.
void Connection::leave_idle() {
  if (!is_linked()) return;
  unlink();
  if (place_.address_->idle.empty()) table_->relink(*place_.address_);
}

void Connection::set_address(AddressKey key) {
  if (!table_) return;
  const std::lock_guard lock(table_->mutex_);
  if (!place_.table_ || place_.address_->key == key) return;
  const bool idle = is_linked();
  leave_idle();
  table_->leave(*place_.address_);
  place_.address_ = &table_->enter(key);
  if (idle) enter_idle();
}

// Requires: the lock.
void Connection::enter_idle() {
  auto& idle = place_.address_->idle;
  idle.push_back(*this);
  if (&idle.front() == this) table_->relink(*place_.address_);
}

bool Connection::begin_request() {
  if (!table_) return true;
  const std::lock_guard lock(table_->mutex_);
  leave_idle();
  return place_.table_ != nullptr;
}

void Connection::end_request() {
  if (!table_) return;
  const std::lock_guard lock(table_->mutex_);
  if (!place_.table_ || is_linked()) return;
  enter_idle();
}

// ---- the table ----

ConnectionTable::Address& ConnectionTable::enter(AddressKey key) {
  Address& address = addresses_[key];
  address.key = key;
  ++address.count;
  ++connections_;
  relink(address);
  return address;
}

void ConnectionTable::leave(Address& address) {
  --connections_;
  --address.count;
  if (address.count > 0) return relink(address);
  address.unlink();
  addresses_.erase(AddressKey{address.key});
}

void ConnectionTable::relink(Address& address) {
  address.unlink();
  if (address.idle.empty()) return;
  if (by_count_.size() <= address.count) {
    // Lists can't be moved while they have entries.
    std::vector<detail::List<Address>> larger(std::max<std::size_t>(16, address.count * 2));
    for (std::size_t i = 0; i < by_count_.size(); ++i) larger[i].swap(by_count_[i]);
    by_count_.swap(larger);
  }
  by_count_[address.count].push_back(address);
  highest_ = std::max<std::size_t>(highest_, address.count);
}

ConnectionTable::Address* ConnectionTable::largest() {
  if (by_count_.empty()) return nullptr;
  while (highest_ > 0 && by_count_[highest_].empty()) --highest_;
  return highest_ > 0 ? &by_count_[highest_].front() : nullptr;
}

std::optional<AddressKey> ConnectionTable::evict_locked() {
  Address* const address = largest();
  if (!address) return std::nullopt;
  const AddressKey key = address->key;
  auto& connection = static_cast<Connection&>(address->idle.front());
  connection.unlink();
  connection.place_.table_ = nullptr;
  // The connection's loop finds the end of the stream and closes the socket. The descriptor is
  // valid: the connection leaves the table before its socket closes.
  ::shutdown(connection.socket_, SHUT_RDWR);
  leave(*address);
  return key;
}

std::optional<AddressKey> ConnectionTable::evict_one() {
  const std::lock_guard lock(mutex_);
  return evict_locked();
}

ConnectionTable::Admission ConnectionTable::admit(AddressKey key, int socket, std::uint64_t limit) {
  const std::lock_guard lock(mutex_);
  Admission admission;
  if (connections_ >= limit) admission.evicted = evict_locked();
  if (connections_ >= limit) return admission;
  admission.connection = std::make_unique<Connection>(ConnectionPlace(*this, enter(key)), socket);
  admission.connection->enter_idle();
  return admission;
}

std::uint64_t ConnectionTable::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::size_t ConnectionTable::addresses() const {
  const std::lock_guard lock(mutex_);
  return addresses_.size();
}

}  // namespace sidestream
