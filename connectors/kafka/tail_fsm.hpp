#pragma once
// The state machine of a tail: the partitions of one topic (partition_fsm.hpp) and what concerns
// all of them: growth, disappearance, and the change to a new generation when the topic is
// recreated. No I/O: TailThread obeys the steps.
//
//   reading --> one partition returns `recreate` --> recreating --> conclude(): reset, start all
//
// While the topic is being recreated no partition is read and outcomes of examinations are ignored.
//
// Thread: the tail's.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/kafka/partition_fsm.hpp"

namespace sidestream::kafka {

// What the metadata says about the topic now.
struct TopicView {
  int partitions = 0;
  bool missing = false;
  std::uint32_t vanished = 0;  // how often it has disappeared
};

// A request to find where the partitions of a recreated topic start, and then its outcome.
struct NewGeneration {
  std::uint32_t generation = 0;
  std::optional<std::string> topic_id;  // where it is certainly the new topic's
  std::vector<std::int64_t> starts;     // outcome, by partition number
};

class TailFsm {
 public:
  // Reads everything after `from`. `vanished`: how often the topic had disappeared until now.
  TailFsm(const Position& from, std::uint32_t vanished);

  // Once, first.
  std::vector<Step> begin();

  // Examines all partitions when the topic has disappeared; adds new partitions.
  std::vector<Step> observe(const TopicView& topic);
  // The client was told that the topic or one of its partitions is unknown.
  std::vector<Step> suspect_all();

  // The client's count of metadata requests, before the messages that were taken by then.
  void metadata_requests(std::uint64_t count) { requests_ = count; }
  // Messages. Requires: reading(p).
  Step record(Partition p, std::int64_t offset) { return at(p).record(offset, requests_); }
  Step end(Partition p, std::int64_t offset) { return at(p).end(offset, requests_); }
  Step out_of_range(Partition p) { return at(p).suspect(false); }
  Step unreadable(Partition p) { return at(p).unreadable(); }
  void delivered(Partition p, const Fingerprint& record) { at(p).delivered(record, requests_); }

  // The request of `examine`, and its outcome.
  Examination examination(Partition p) const { return at(p).examination(); }
  Step conclude(const Examination& outcome);
  // The request of `recreate`, and its outcome. Requires: recreating().
  NewGeneration new_generation() const;
  std::vector<Step> conclude(const NewGeneration& outcome, std::uint32_t vanished);

  std::size_t size() const { return partitions_.size(); }
  bool recreating() const { return recreating_; }
  // False for a partition that does not exist.
  bool reading(Partition p) const;
  bool at_end(Partition p) const { return at(p).at_end(); }
  Position position() const;

 private:
  PartitionFsm& at(Partition p) { return partitions_[static_cast<std::size_t>(p)]; }
  const PartitionFsm& at(Partition p) const { return partitions_[static_cast<std::size_t>(p)]; }
  void add(std::int64_t next, std::int64_t known_start);

  std::vector<PartitionFsm> partitions_;
  std::uint64_t requests_ = 0;
  std::uint32_t vanished_;  // the count that was acted upon
  std::uint32_t generation_ = 0;
  bool recreating_ = false;
  std::optional<std::string> new_topic_id_;
};

}  // namespace sidestream::kafka
