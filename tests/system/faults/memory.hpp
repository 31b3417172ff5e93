#pragma once
// The state of one client that outlasts its connections, and its history. Clients owns the sockets.
//
// Thread: that of Clients.

#include <string>
#include <vector>

#include "tests/support/harness/sse_parser.hpp"
#include "tests/system/faults/history.hpp"
#include "tests/system/faults/journal.hpp"
#include "tests/system/faults/rights.hpp"

namespace e2e::faults {

class Memory {
 public:
  // `rights`: of a client with a token; null: it reads what anyone may.
  explicit Memory(const Journal& journal, Rights* rights = nullptr)
      : journal_(journal), rights_(rights) {
    if (rights != nullptr) history_.person = rights->person();
  }

  // For the parser.
  void on_heartbeat() {}
  void on_event(const EventView& event);

  // The id of the last whole block that had one; empty before the first.
  const std::string& id() const { return id_; }
  const std::vector<Offset>& position() const { return position_; }
  Offset position(int lane) const;
  int generation() const { return generation_; }
  std::int64_t next(int lane) const;
  bool opened() const { return opened_; }
  const History& history() const { return history_; }
  void broken(const std::string& why);
  void came(std::size_t sidecar);
  std::string text() const;

 private:
  void add(Sight sight);
  void record(const EventView& event);
  void gap(const EventView& event);
  void whole(Sight::What what, const std::vector<Offset>& to);
  void expect_only(int lane, const std::vector<Offset>& to);

  const Journal& journal_;
  Rights* const rights_;
  const Clock::time_point begun_ = Clock::now();
  std::string id_;
  std::vector<Offset> position_;
  std::vector<std::int64_t> next_;
  int generation_ = 0;
  bool opened_ = false;
  History history_;
};

}  // namespace e2e::faults
