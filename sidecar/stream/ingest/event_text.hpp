#pragma once
// What is sent of a record: the name and the data of its event, before lines are made of them.
// Pure.
//
// Thread: any.

#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/connector.hpp"
#include "connectors/record.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// Borrows: what the record views and the topic's settings.
class EventText {
 public:
  enum class Verdict : std::uint8_t {
    send,
    too_large,  // name and data exceed max_event
    not_utf8,   // skipped by invalid_utf8
    tombstone,  // skipped by tombstone
  };

  EventText(const Record& record, const TopicSettings& topic, OffsetFormat format);
  EventText(const EventText&) = delete;  // the views may be of its own strings
  EventText& operator=(const EventText&) = delete;

  Verdict verdict() const { return verdict_; }
  // Of an event to be sent. Empty: none.
  std::string_view name() const { return name_; }
  // Valid UTF-8.
  std::string_view data() const { return data_; }
  // Whether the record's own name can't be sent as it is.
  bool has_altered_name() const { return altered_; }

 private:
  void set_name(std::string_view event, const TopicSettings& topic);
  void set_data(const Record& record, std::string_view event, bool is_text,
                const TopicSettings& topic, OffsetFormat format);

  Verdict verdict_ = Verdict::send;
  bool altered_ = false;
  std::string_view name_, data_;
  std::string own_name_, own_data_;
};

// The name that the record itself has; of a tombstone `delete`. Empty: none.
std::string_view own_event_name(const Record& record, const TopicSettings& topic);

// Whether a client may get this as an event name: valid UTF-8 without CR, LF or NUL, and not
// reserved (`stream-...`).
bool is_event_name(std::string_view name);

// Whether readers of the topic will get the message as an event: false if it exceeds max_event. An
// envelope is measured with the longest id that is likely.
bool fits_max_event(const Message& message, const TopicSettings& topic, OffsetFormat format);

}  // namespace sidestream
