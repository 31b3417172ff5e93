#include "connectors/embedded/writer.hpp"

#include <algorithm>
#include <utility>

namespace sidestream::embedded {
namespace {

// How often the file is looked at and retention applied where nothing is published.
constexpr std::chrono::seconds tidy_interval{1};
// A database that stays open for this long has recovered.
constexpr std::chrono::seconds steady{10};

}  // namespace

void Writer::start() { thread_ = std::thread(&Writer::run, this); }

void Writer::stop() {
  line_.close();
  if (thread_.joinable()) thread_.join();
}

void Writer::run() {
  while (!line_.closed()) {
    if (!database_.usable()) {
      open_or_wait();
    } else if (line_.wait(next_tidy_)) {
      write_batch();
    }
    if (Clock::now() >= next_tidy_) tidy();
  }
}

void Writer::open_or_wait() {
  database_.close();
  if (std::exchange(was_open_, false)) {
    // What breaks again and again is not opened again and again at once.
    if (Clock::now() - opened_ < steady) return wait_refusing();
    backoff_.reset();
  }
  if (!database_.open()) return wait_refusing();
  was_open_ = true;
  opened_ = next_tidy_ = Clock::now();
  tails_.all_grown();
}

void Writer::wait_refusing() {
  const auto again = Clock::now() + backoff_.next(random_);
  do {
    line_.refuse_waiting(Errc::unavailable);
  } while (line_.wait(again) && !line_.closed());
}

void Writer::write_batch() {
  if (!database_.usable()) return line_.refuse_waiting(Errc::unavailable);
  const auto batch = line_.take();
  try {
    auto answers = write(batch);
    database_.writing_works();
    for (const auto& entry : batch) tails_.grown(entry.log);
    for (std::size_t i = 0; i < answers.size(); ++i) line_.answer(i, std::move(answers[i]));
  } catch (const SqliteError& error) {
    // Any other failed commit may show after all, when the WAL is read again.
    const bool certain = !committing_ || error.is_write_error();
    database_.writing_failed(error);
    line_.answer_all(certain ? Errc::unavailable : Errc::unconfirmed);
  }
}

std::vector<Result<Published>> Writer::write(std::span<const PublishLine::Entry> batch) {
  const auto alone = database_.alone_in_memory();
  auto& writer = database_.writer();
  std::vector<Result<Published>> answers;
  answers.reserve(batch.size());
  committing_ = false;
  try {
    writer.begin();
    for (const auto& entry : batch) {
      try {
        answers.emplace_back(Published{.offset = writer.append(entry.log, entry.message)});
      } catch (const SqliteError& error) {
        if (error.code() != SQLITE_TOOBIG) throw;
        answers.emplace_back(Errc::refused);
      }
    }
    committing_ = true;
    writer.commit();
  } catch (const SqliteError&) {
    writer.rollback();
    throw;
  }
  return answers;
}

void Writer::tidy() {
  const auto began = Clock::now();
  next_tidy_ = began + tidy_interval;
  if (!database_.usable()) return;
  try {
    const auto alone = database_.alone_in_memory();
    auto& writer = database_.writer();
    if (database_.is_down()) {
      writer.prove_writable();
      database_.writing_works();
    }
    const bool whole_round = writer.retire_step();
    const auto now = Clock::now();
    round_work_ += now - began;
    next_tidy_ = now;  // what waits now goes first
    if (!whole_round) return;
    // A round over very many logs takes its time; it may not take all of it.
    next_tidy_ += std::max<Clock::duration>(tidy_interval, 20 * round_work_);
    round_work_ = {};
  } catch (const SqliteError& error) {
    database_.writing_failed(error);
  }
}

}  // namespace sidestream::embedded
