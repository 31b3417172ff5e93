#include "sidecar/stream/dialect/control.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {
namespace {

namespace json = boost::json;

void append_block(std::string& out, std::string_view event, const json::object& data) {
  out.append("event: ").append(event).append("\ndata: ").append(json::serialize(data)).append("\n");
}

json::object to_json(OffsetFormat format, const Gap& gap) {
  json::object o{{"partition", gap.partition},
                 {"requested", format_offset(format, gap.requested)},
                 {"resumed", format_offset(format, gap.resumed)},
                 {"lost", nullptr}};
  if (gap.lost) o["lost"] = *gap.lost;
  if (!gap.exact) o["exact"] = false;
  return o;
}

}  // namespace

void append_open(std::string& out, std::string_view topic, StartKind start,
                 std::string_view location) {
  json::object data{{"topic", topic}, {"start", name_of(start)}};
  if (!location.empty()) data["location"] = location;
  append_block(out, "stream-open", data);
}

void append_open(std::string& out,
                 const std::vector<std::pair<std::string_view, StartKind>>& topics) {
  json::array list;
  for (const auto& [topic, start] : topics) {
    list.push_back(json::object{{"topic", topic}, {"start", name_of(start)}});
  }
  append_block(out, "stream-open", {{"topics", std::move(list)}});
}

void append_catch_up(std::string& out, std::string_view topic,
                     std::optional<std::int64_t> records) {
  json::object data;
  if (!topic.empty()) data["topic"] = topic;
  data["records"] = records ? json::value(*records) : json::value(nullptr);
  append_block(out, "stream-catch-up", data);
}

void append_live(std::string& out, std::string_view topic, std::string_view id) {
  json::object data;
  if (!topic.empty()) data["topic"] = topic;
  data["joined"] = id;
  append_block(out, "stream-live", data);
}

void append_gap(std::string& out, std::string_view topic, GapReason reason, OffsetFormat format,
                const std::vector<Gap>& gaps) {
  json::array partitions;
  for (const Gap& gap : gaps) partitions.push_back(to_json(format, gap));
  append_block(
      out, "stream-gap",
      {{"topic", topic}, {"reason", name_of(reason)}, {"partitions", std::move(partitions)}});
}

void append_reset(std::string& out, std::string_view topic, ResetReason reason) {
  append_block(out, "stream-reset", {{"topic", topic}, {"reason", name_of(reason)}});
}

void append_cursor(std::string& out) { append_block(out, "stream-cursor", {}); }

void append_auth_expiring(std::string& out, std::string_view expires_at) {
  append_block(out, "stream-auth-expiring", {{"expires_at", expires_at}});
}

void append_end(std::string& out, std::string_view reason) {
  append_block(out, "stream-end", {{"reason", reason}});
}

void append_shutdown(std::string& out, std::string_view reason) {
  append_block(out, "stream-shutdown", {{"reason", reason}});
}

void append_retry(std::string& out, std::int64_t milliseconds) {
  out.append("retry: ").append(std::to_string(milliseconds)).append("\n");
}

}  // namespace sidestream
