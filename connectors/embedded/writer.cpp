#include "connectors/embedded/writer.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/base/rng.hpp"

namespace sidestream::embedded {
namespace {

// How often the file is checked and retention applied without publishes.
constexpr std::chrono::seconds maintenance_interval{1};
// A database that was open for this long has recovered.
constexpr std::chrono::seconds recovered_after{10};
// A larger record is not copied on the caller's thread.
constexpr std::size_t write_now_max = 64 * 1024;

}  // namespace

void Writer::start() { thread_ = std::thread(&Writer::run, this); }

void Writer::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

std::optional<Published> Writer::write_now(const std::string& log, const Message& message) {
  if (message.value.size() > write_now_max || message.once || !message.fields.empty())
    return std::nullopt;
  const auto exclusive = database_.try_lock_memory();
  if (!exclusive || !queue_.is_idle()) return std::nullopt;
  auto& writer = database_.writer();
  Record record;
  try {
    writer.begin();
    record.offset = writer.append(log, message);
    record.timestamp = writer.timestamp();
    writer.commit();
  } catch (const SqliteError&) {
    writer.rollback();
    return std::nullopt;  // the writer's thread meets the same error, and reports it
  }
  if (message.key) record.key = *message.key;
  record.event = message.event;
  record.value = message.value;
  tails_.deliver(log, record);  // before the next record is written, and before close()
  return Published{.offset = record.offset};
}

void Writer::run() {
  while (!queue_.closed()) {
    if (!database_.usable()) {
      open_or_wait();
    } else if (queue_.wait(next_maintenance_)) {
      write_batch();
    }
    if (Clock::now() >= next_maintenance_) maintain();
  }
}

void Writer::open_or_wait() {
  database_.close();
  if (std::exchange(was_open_, false)) {
    // One that fails again soon is reopened with back-off.
    if (Clock::now() - opened_ < recovered_after) return refuse_until_retry();
    backoff_.reset();
  }
  if (!database_.open()) return refuse_until_retry();
  was_open_ = true;
  opened_ = next_maintenance_ = Clock::now();
  tails_.notify_all();
}

void Writer::refuse_until_retry() {
  const auto again = Clock::now() + backoff_.next(rng());
  do {
    queue_.refuse_queued(Errc::unavailable);
  } while (queue_.wait(again) && !queue_.closed());
}

void Writer::write_batch() {
  if (!database_.usable()) return queue_.refuse_queued(Errc::unavailable);
  const auto batch = queue_.take();
  try {
    auto answers = write(batch);
    database_.write_succeeded();
    for (const auto& entry : batch) tails_.notify(entry.log);
    for (std::size_t i = 0; i < answers.size(); ++i) queue_.answer(i, std::move(answers[i]));
  } catch (const SqliteError& error) {
    // After any other failed commit the records may appear, once the WAL is read again.
    const bool certain = !committing_ || error.is_write_error();
    database_.write_failed(error);
    queue_.answer_all(certain ? Errc::unavailable : Errc::unconfirmed);
  }
}

PublishResult Writer::append(TableWriter& writer, const PublishQueue::Entry& entry) {
  const auto& once = entry.message.once;
  if (once) {
    if (const auto known = writer.once().find(*once)) return *known;
  }
  const Offset offset = writer.append(entry.log, entry.message);
  if (once) writer.once().add(*once, offset);
  return Published{.offset = offset};
}

std::vector<PublishResult> Writer::write(std::span<const PublishQueue::Entry> batch) {
  const auto exclusive = database_.lock_if_memory();
  auto& writer = database_.writer();
  std::vector<PublishResult> answers;
  answers.reserve(batch.size());
  committing_ = false;
  try {
    writer.begin();
    for (const auto& entry : batch) {
      try {
        answers.push_back(append(writer, entry));
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

void Writer::maintain() {
  const auto began = Clock::now();
  next_maintenance_ = began + maintenance_interval;
  if (!database_.usable()) return;
  try {
    const auto exclusive = database_.lock_if_memory();
    auto& writer = database_.writer();
    if (database_.is_down()) {
      writer.test_write();
      database_.write_succeeded();
    }
    const bool pass_complete = writer.retention_step();
    const auto now = Clock::now();
    pass_work_ += now - began;
    next_maintenance_ = now;  // the next step follows the publishes queued now
    if (!pass_complete) return;
    // A pass over very many logs is long. It may use about 5 % of the time.
    next_maintenance_ += std::max<Clock::duration>(maintenance_interval, 20 * pass_work_);
    pass_work_ = {};
  } catch (const SqliteError& error) {
    database_.write_failed(error);
  }
}

}  // namespace sidestream::embedded
