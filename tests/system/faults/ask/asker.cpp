#include "tests/system/faults/ask/asker.hpp"

#include "tests/system/faults/ask/pieces.hpp"

namespace e2e::faults {
namespace {

// A sidecar that is silent for so long is left for another. It may be frozen; heartbeats come more
// often, and answers to POSTs before.
constexpr auto silent_most = 2s * patience;
constexpr auto answer_most = 7s * patience;
constexpr auto slice = 20ms;

}  // namespace

Asker::Asker(int index, std::uint64_t seed, Context context)
    : index_(index),
      context_(context),
      random_(seed * 1000 + static_cast<std::uint64_t>(index) + 500) {}

void Asker::wrong(const Question& question, const std::string& what) {
  broken_.push_back(question.name + ": " + what);
}

template <class Visit>
void Asker::insist(const Visit& visit) {
  while (!context_.stop && broken_.empty()) {
    if (visit(random_() % context_.sidecars.size())) return;
    std::this_thread::sleep_for(Milliseconds(random_() % 100));
  }
}

std::vector<std::string> Asker::ask() {
  Question question{"q" + std::to_string(index_) + "." + std::to_string(++asked_)};
  std::optional<Reading> reading;
  cancel_ = false;
  insist([&](std::size_t sidecar) {
    post(question, reading, sidecar);
    return reading.has_value();
  });
  if (!reading) return std::exchange(broken_, {});
  read_to_end(question, *reading);
  if (chance(50)) {
    reading->expect_only_end();
    read_to_end(question, *reading);
  }
  if (reading->over() && reading->end() == "cancelled") {
    ++cancelled_;
    if (!context_.book.was_cancelled(question.name)) wrong(question, "nobody cancelled it");
  }
  return std::exchange(broken_, {});
}

std::vector<std::string> Asker::read_again(const std::string& name, const std::string& location) {
  const Question question{name, location};
  cut_ = cancel_ = false;
  Reading reading(name, location);
  read_to_end(question, reading);
  if (!reading.over() && broken_.empty()) wrong(question, "it is not answered");
  return std::exchange(broken_, {});
}

// Some POSTs are sent although an answer has come already, as by a client that lost it.
void Asker::post(Question& question, std::optional<Reading>& reading, std::size_t sidecar) {
  const bool streams = chance(60), again = chance(15);
  Request request{.target = context_.path,
                  .method = "POST",
                  .headers = {{"Idempotency-Key", "the key of question " + question.name}},
                  .body = question_body(question.name)};
  for (char& c : request.headers[0].second) c = c == ' ' ? '-' : c;
  if (!streams) request.headers.emplace_back("Prefer", "respond-async");
  context_.book.asks(question.name);
  std::optional<ReplyStream> stream;
  try {
    stream.emplace(context_.sidecars[sidecar], request);
  } catch (const WireError&) {
    return;  // it is down
  }
  const auto head = stream->head(answer_most);
  if (!head) return;
  if (head->status == 503) return;
  if (head->status == 504) return take_location(question, *head);
  if (head->status != (streams ? 200 : 202)) return wrong(question, "POST: " + head->raw);
  take_location(question, *head);
  context_.book.asked(question.name, question.location);
  if (again) return;
  reading.emplace(question.name, question.location);
  if (streams) follow(*stream, question, *reading, sidecar);
}

void Asker::take_location(Question& question, const Head& head) {
  const auto location = head.header("Location").value_or("");
  if (location.empty()) wrong(question, "no Location: " + head.raw);
  if (!question.location.empty() && question.location != location)
    wrong(question, "first it is " + question.location + ", and with the same key " + location);
  question.location = location;
}

void Asker::read_to_end(const Question& question, Reading& reading) {
  insist([&](std::size_t sidecar) {
    if (!reading.over()) resume(question, reading, sidecar);
    keep(reading);
    return reading.over();
  });
}

void Asker::resume(const Question& question, Reading& reading, std::size_t sidecar) {
  Request request{.target = question.location};
  if (!reading.id().empty()) request.headers.emplace_back("Last-Event-ID", reading.id());
  std::optional<ReplyStream> stream;
  try {
    stream.emplace(context_.sidecars[sidecar], request);
  } catch (const WireError&) {
    return;
  }
  const auto head = stream->head(answer_most);
  if (!head) return;
  ++resumes_;
  if (head->status == 204) return reading.no_content();
  if (head->status != 200) return wrong(question, "an EventSource would give up: " + head->raw);
  follow(*stream, question, reading, sidecar);
}

// Reads until the stream ends, is cut, or by chance.
void Asker::follow(ReplyStream& stream, const Question& question, Reading& reading,
                   std::size_t sidecar) {
  const auto run = context_.process_runs.of(sidecar);
  const std::size_t most = chance(40) ? random_() % 3000 : SIZE_MAX;
  reading.connects();
  auto state = ReplyStream::State::open;
  try {
    while (state == ReplyStream::State::open && !context_.stop) {
      if (cut_.exchange(false) || stream.bytes() > most) return stream.cut(chance(50));
      if (cancel_.exchange(false)) cancel_now(question);
      if (stream.silence() > silent_most) return;
      state = stream.read(reading, slice);
    }
  } catch (const WireError& error) {
    return wrong(question, error.what());
  }
  const bool may_end = reading.over() || reading.shut_down();
  if (state != ReplyStream::State::open && !may_end && context_.process_runs.lasts(sidecar, run))
    wrong(question, "sidecar " + std::to_string(sidecar) + " ended an open reply");
}

void Asker::cancel_now(const Question& question) {
  insist([&](std::size_t sidecar) {
    context_.book.cancels(question.name);
    try {
      ReplyStream answer(context_.sidecars[sidecar],
                         {.target = question.location, .method = "DELETE"});
      const auto head = answer.head(answer_most);
      if (!head || head->status == 503 || head->status == 504) return false;
      if (head->status != 202) wrong(question, "DELETE: " + head->raw);
    } catch (const WireError&) {
      return false;
    }
    context_.book.cancelled(question.name);
    return true;
  });
}

void Asker::keep(const Reading& reading) {
  if (!reading.broken().empty()) broken_.push_back(reading.broken().front());
}

}  // namespace e2e::faults
