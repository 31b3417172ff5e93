#pragma once
// Limits the connections of the public port. At the limit a newcomer takes the place of a connection
// without a request under way (silent, kept alive, or within a head): the one that has been idle for
// longest, of the address that holds most connections.
//
// Thread: any. The table outlives its places and connections.

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sidecar/http/client/address_key.hpp"
#include "sidecar/http/limits/key_hash.hpp"
#include "sidecar/http/limits/quota.hpp"

namespace sidestream {

class ConnectionTable;

namespace detail {

using Hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
template <class Entry>
using List = boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>>;

// The base of a Connection. Linked while the connection is idle.
struct IdleConnection : Hook {};

// What the table knows of an address. Linked in the table while it has idle connections.
struct ConnectionsOfAddress : Hook {
  AddressKey key{};
  std::uint32_t count = 0;
  List<IdleConnection> idle;  // the oldest first
};

}  // namespace detail

// One open connection that counts for its address. Move-only; given back by its destructor.
class ConnectionPlace {
 public:
  ConnectionPlace() = default;
  // Of the admin port: limited by nothing.
  explicit ConnectionPlace(Place counted) : counted_(std::move(counted)) {}
  ConnectionPlace(ConnectionPlace&& other) noexcept
      : counted_(std::move(other.counted_)),
        table_(std::exchange(other.table_, nullptr)),
        address_(other.address_) {}
  ConnectionPlace& operator=(ConnectionPlace&& other) noexcept {
    if (this != &other) {
      give_back();
      counted_ = std::move(other.counted_);
      table_ = std::exchange(other.table_, nullptr);
      address_ = other.address_;
    }
    return *this;
  }
  ~ConnectionPlace() { give_back(); }

  // Among all connections, for the metric.
  void set_counted(Place counted) { counted_ = std::move(counted); }
  void give_back() noexcept;

 private:
  friend class ConnectionTable;  // makes places
  friend class Connection;       // moves its place to another address
  ConnectionPlace(ConnectionTable& table, detail::ConnectionsOfAddress& address)
      : table_(&table), address_(&address) {}

  Place counted_;
  ConnectionTable* table_ = nullptr;
  detail::ConnectionsOfAddress* address_ = nullptr;
};

// A connection that reads requests: idle until begin_request(), and from end_request() on.
// Requires: it is destroyed before the socket closes.
class Connection : private detail::IdleConnection {
 public:
  // Of the public port: see ConnectionTable::admit(). With a place of no table, as on the admin port,
  // the connection is never closed for another.
  Connection(ConnectionPlace place, int socket)
      : table_(place.table_), place_(std::move(place)), socket_(socket) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void set_counted(Place counted) { place_.set_counted(std::move(counted)); }
  // Counts for this address from now on: the PROXY header named it.
  void set_address(AddressKey key);
  // False: the connection was closed for a newcomer.
  bool begin_request();
  void end_request();
  // For a stream or a tunnel that takes the socket. Requires: a request is under way.
  ConnectionPlace take_place() { return std::move(place_); }

 private:
  friend class ConnectionTable;  // evicts it

  void enter_idle();
  void leave_idle();

  ConnectionTable* const table_;  // null: of the admin port
  ConnectionPlace place_;         // of nothing once it was evicted or taken
  const int socket_;
};

class ConnectionTable {
 public:
  struct Admission {
    std::unique_ptr<Connection> connection;  // null: the newcomer must be closed
    std::optional<AddressKey> evicted;       // whose idle connection was shut down for it
  };
  // `socket`: the newcomer's descriptor. `limit`: an argument because a reload can change it.
  Admission admit(AddressKey key, int socket, std::uint64_t limit);
  // Shuts one idle connection down. Nothing: all have a request under way.
  std::optional<AddressKey> evict_one();

  std::uint64_t connections() const;
  std::size_t addresses() const;

 private:
  friend class ConnectionPlace;  // give back
  friend class Connection;       // idle and busy

  using Address = detail::ConnectionsOfAddress;

  // All require the lock.
  Address& enter(AddressKey key);
  void leave(Address& address);
  void relink(Address& address);
  Address* largest();
  std::optional<AddressKey> evict_locked();

  mutable std::mutex mutex_;
  std::uint64_t connections_ = 0;
  std::unordered_map<AddressKey, Address, KeyHash> addresses_;
  // Those with idle connections, by how many connections they hold.
  std::vector<detail::List<Address>> by_count_;
  std::size_t highest_ = 0;  // no list above it has entries
};

}  // namespace sidestream
