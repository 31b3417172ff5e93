#pragma once
// The faults of one run in order, and how many records are written between them. A pure function of
// the kind of broker and the seed, so a run can be repeated as far as timing allows.
//
// Each tenth seed is a large one: hundreds of clients and more faults.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/system/faults/attackers.hpp"
#include "tests/system/faults/refusal.hpp"

namespace e2e::faults {

enum class Fault {
  none,
  kill_sidecar,  // -9
  end_sidecar,   // SIGTERM: its streams end with stream-shutdown
  start_sidecar,
  freeze_sidecar,
  thaw_sidecar,
  jump_clock,   // the sidecar's wall clock, not the monotonic one
  kill_broker,  // -9
  start_broker,
  freeze_broker,
  thaw_broker,
  silence_link,  // passes no byte and no FIN
  mend_link,
  reset_link,   // ends silent connections with an RST
  move_leader,  // of a lane
  wipe,         // -9, and its data is lost
  trim,
  grow,
  recreate,
  fill_disk,
  free_disk,
  refuse,  // the broker, one kind of request
  grant,
  attack,  // by strangers
  end_attack,
  cut,
  abandon,
  stall,
  slow_down,
  read_all,
  revoke,  // a person's session
  rotate_keys,
  lose_keys,  // the key server is away
  return_keys,
  ask,
  cancel,       // the questions that are open
  kill_worker,  // of those that answer
  start_worker,
  freeze_worker,
  thaw_worker,
};

struct Step {
  Fault fault = Fault::none;
  int sidecar = -1;    // whose process or clock. recreate: which is down meanwhile; -1: none
  int percent = 0;     // of the clients, of a lane's records, or of a link's connections
  int person = -1;     // revoke
  int worker = -1;     // whose thread
  int questions = 0;   // ask: so many more
  int lane = 0;        // trim, move_leader; grow: to how many
  int node = 0;        // kill_broker, freeze_broker: of several; 0: the one that leads the lane
  int head_start = 0;  // recreate, wipe: so many rounds are written before all have heard of it
  int ways = 0;        // silence_link: as Link::Ways
  int seconds = 0;     // jump_clock
  Refusal refusal = Refusal::none;
  Attack attack = Attack::none;
  bool slow = false;       // start_broker: it loads its data slowly
  std::uint32_t salt = 0;  // chooses clients and connections
  int rounds = 0;          // then so many records of each lane are written
  int overlap = 0;         // percent of them that may be left when the next step begins
  int pause_ms = 0;        // instead, where nothing can be written now; else besides
};

struct Schedule {
  std::string kind;
  std::uint64_t seed = 0;
  int clients = 0;
  int sidecars = 0;
  int lanes = 0;
  int workers = 0;  // 0: nobody asks
  int padding = 0;
  std::string topic_log;  // its size
  bool link = false;      // the sidecars reach their broker through a link
  bool post = false;      // records are written by POST, to sidecar 0
  std::vector<Step> steps;

  std::string text() const;
};

struct Means {
  double load = 1;          // scales clients and records, but not what is done
  bool disk_fills = true;   // full disks can be had here
  bool clock_jumps = true;  // sidecars' wall clocks can be set
};
Schedule make_schedule(const std::string& kind, std::uint64_t seed, Means means);

}  // namespace e2e::faults
