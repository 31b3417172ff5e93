#include "tests/system/faults/ask/reading.hpp"

#include "tests/system/faults/ask/pieces.hpp"

namespace e2e::faults {

void Reading::wrong(const std::string& what) {
  broken_.push_back(question_ + ": " + what + " (behind " + std::to_string(words_) +
                    " words, at id " + id_ + ")");
}

void Reading::on_event(const EventView& event) {
  if (over_) wrong("an event behind stream-end: " + std::string(event.name));
  if (event.name == "stream-gap" || event.name == "stream-reset") {
    wrong(std::string(event.name) + " " + std::string(event.data));
  } else if (event.name == "stream-shutdown") {
    shut_down_ = true;
  } else if (event.name == "stream-open") {
    if (event.data.find("\"location\":\"" + location_ + '"') == std::string_view::npos)
      wrong("stream-open without " + location_ + ": " + std::string(event.data));
  } else if (event.name == "stream-end") {
    stream_end(event);
  } else if (!event.name.starts_with("stream-")) {
    piece(event);
  }
  if (event.id) id_ = *event.id;
}

void Reading::piece(const EventView& event) {
  const auto piece = parse_piece(event.data);
  if (!piece || piece->question != question_)
    return wrong("not a piece of this reply: " + std::string(event.data));
  if (!event.id) wrong("a piece without an id");
  if (!end_.empty()) return wrong(std::string(event.name) + " behind the end");
  if (is_end(event.name)) {
    end_id_ = event.id.value_or("");
    return ends(std::string(event.name), piece->number);
  }
  if (event.name != "word") return wrong("an event " + std::string(event.name));
  if (piece->number <= words_) return wrong("word " + std::to_string(piece->number) + " again");
  if (piece->number > words_ + 1)
    wrong("word " + std::to_string(piece->number) + ": those before it are lost");
  words_ = piece->number;
}

void Reading::ends(const std::string& event, int words) {
  end_ = event;
  if (words != words_) wrong(event + " after " + std::to_string(words) + " words: some are lost");
  if (event == "done" && words != words_of(question_)) wrong("done too early");
  if (!known_) known_ = {event, words};
  if (known_->end != event || known_->words != words)
    wrong("another end than before, which was " + known_->end + " after " +
          std::to_string(known_->words) + " words");
}

void Reading::stream_end(const EventView& event) {
  if (event.data.find("\"reason\":\"end\"") == std::string_view::npos)
    wrong("stream-end " + std::string(event.data));
  if (end_.empty()) {
    wrong("stream-end before the end");
  } else if (event.id.value_or("") != end_id_) {
    wrong("stream-end has id " + std::string(event.id.value_or("")) + " instead of " + end_id_);
  }
  over_ = true;
}

void Reading::from_start() {
  id_.clear();
  end_id_.clear();
  end_.clear();
  words_ = 0;
  over_ = false;
}

void Reading::no_content() {
  if (end_.empty()) wrong("204 before the end was read");
  over_ = true;
}

}  // namespace e2e::faults
