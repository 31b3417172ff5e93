#pragma once
// From start plans to the first blocks of a stream: stream-open, then what is lost. Pure.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sidecar/metrics/probes.hpp"
#include "sidecar/stream/log/topic_log.hpp"
#include "sidecar/stream/reader/block_writer.hpp"
#include "sidecar/stream/start/start.hpp"

namespace sidestream {

// One part of a stream whose start is known.
struct StartedPart {
  const std::string* topic = nullptr;
  OffsetFormat format = OffsetFormat::integer;
  const StartPlan* plan = nullptr;
};

// Sets the writer's ids to where the parts start. Returns the first block's id. With a reset that is
// the client's own, so that a client that is cut here gets the reset again.
std::string opening_id(BlockWriter& writer, std::span<const StartedPart> parts,
                       std::string_view own_id);
// Whether no record was before the start, as far as the plan says. A record after it is sent.
bool begins_first(const StartPlan& plan);
// `location`: of a reply; empty: none.
void write_open(std::string& out, BlockWriter& writer, std::span<const StartedPart> parts,
                std::string_view id, std::string_view location);
// Writes a reset or gap block for each part that needs one. Only the last block has a new id: a
// client that is cut before it must get all of them again. `first_id`: of the stream's first block.
void write_losses(std::string& out, BlockWriter& writer, std::span<const StartedPart> parts,
                  std::string_view first_id);
// Requires: has_loss(*part.plan).
void write_loss(std::string& out, BlockWriter& writer, std::size_t index, const StartedPart& part);

inline bool has_loss(const StartPlan& plan) { return plan.reset || !plan.gaps.empty(); }
// For metrics: the reset or the gaps of a plan.
void count_loss(const StartPlan& plan, TopicProbe& probe);
// For metrics: how a reader with this plan gets its first events.
StartMode start_mode(const StartPlan& plan, const LogView& view);

// Whether the log's head is after `position` in some partition, and by how many records in all.
// Counts are exact only where offsets count records.
bool is_behind(const Position& position, const LogView& view);
std::int64_t count_behind(const Position& position, const LogView& view);

}  // namespace sidestream
