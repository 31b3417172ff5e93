// Preloaded into a sidecar, so that its wall clock can jump: CLOCK_REALTIME is the machine's plus
// as many nanoseconds as stand in the file $SIDESTREAM_TEST_CLOCK, eight bytes that the test writes
// at any time. CLOCK_MONOTONIC stays. Who waits for a point of the wall clock (librdkafka does)
// waits until this clock has come there, as with a kernel whose clock is set: a jump back makes it
// longer.
//
// Not libfaketime: 0.9.10 fakes timespec_get, but not cnd_timedwait, so that with a clock that is
// ahead each wait of librdkafka lasts for as long as it is ahead.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <threads.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t slice = 20'000'000;  // so soon a wait notices that the clock has jumped

const std::atomic<std::int64_t>& skew() {
  static const std::atomic<std::int64_t>* const shared = [] {
    static const std::atomic<std::int64_t> none{0};
    const char* path = getenv("SIDESTREAM_TEST_CLOCK");
    const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return &none;
    void* memory = mmap(nullptr, sizeof none, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    return memory == MAP_FAILED ? &none : static_cast<const std::atomic<std::int64_t>*>(memory);
  }();
  return *shared;
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * second + time.tv_nsec; }
timespec to_timespec(std::int64_t nanoseconds) {
  return {nanoseconds / second, nanoseconds % second};
}

std::int64_t machine_time() {
  static auto* const next = real<int(clockid_t, timespec*)>("clock_gettime");
  timespec now{};
  next(CLOCK_REALTIME, &now);
  return nanoseconds(now);
}
std::int64_t skewed_time() { return machine_time() + skew(); }

// `wait` for at most a slice of the machine's time, again and again, while it times out before the
// skewed clock has come to `until`.
template <class Wait>
int wait_until(const timespec& until, int timed_out, Wait wait) {
  for (;;) {
    const auto left = nanoseconds(until) - skewed_time();
    const auto end = to_timespec(machine_time() + std::clamp<std::int64_t>(left, 0, slice));
    const int answer = wait(&end);
    if (answer != timed_out || skewed_time() >= nanoseconds(until)) return answer;
  }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) {
  static auto* const next = real<int(clockid_t, timespec*)>("clock_gettime");
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) return next(clock, time);
  *time = to_timespec(skewed_time());
  return 0;
}

int gettimeofday(timeval* __restrict time, void* __restrict) {
  const auto now = skewed_time();
  *time = {now / second, now % second / 1000};
  return 0;
}

time_t time(time_t* out) {
  const time_t now = skewed_time() / second;
  if (out) *out = now;
  return now;
}

int timespec_get(timespec* time, int base) {
  if (base != TIME_UTC) return 0;
  *time = to_timespec(skewed_time());
  return base;
}

int cnd_timedwait(cnd_t* __restrict condition, mtx_t* __restrict mutex,
                  const timespec* __restrict until) {
  static auto* const next = real<int(cnd_t*, mtx_t*, const timespec*)>("cnd_timedwait");
  return wait_until(*until, thrd_timedout,
                    [&](const timespec* end) { return next(condition, mutex, end); });
}

}  // extern "C"
