#include "connectors/kafka/steady_waits.hpp"

#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <ctime>

namespace sidestream::kafka {

void follow_the_steady_clock() {}

}  // namespace sidestream::kafka

// ThreadSanitizer builds use the C11 threads of tests/support/tsan instead.
#if !defined(__SANITIZE_THREAD__)

namespace {

constexpr long second = 1'000'000'000;

timespec minus(timespec a, const timespec& b) {
  a.tv_sec -= b.tv_sec;
  a.tv_nsec -= b.tv_nsec;
  if (a.tv_nsec < 0) {
    a.tv_nsec += second;
    --a.tv_sec;
  }
  return a;
}

timespec now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time;
}

// Wall clock minus monotonic clock, at the first call.
const timespec& ahead() {
  static const timespec difference = minus(now(CLOCK_REALTIME), now(CLOCK_MONOTONIC));
  return difference;
}

// glibc's C11 types have the layout of the POSIX ones.
static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));

}  // namespace

extern "C" {

int timespec_get(timespec* time, int base) {
  if (base != TIME_UTC) return 0;
  const timespec behind = minus({}, ahead());
  *time = minus(now(CLOCK_MONOTONIC), behind);
  return base;
}

int cnd_timedwait(cnd_t* __restrict condition, mtx_t* __restrict mutex,
                  const timespec* __restrict until) {
  const timespec end = minus(*until, ahead());
  const int error =
      pthread_cond_clockwait(reinterpret_cast<pthread_cond_t*>(condition),
                             reinterpret_cast<pthread_mutex_t*>(mutex), CLOCK_MONOTONIC, &end);
  return error == 0 ? thrd_success : error == ETIMEDOUT ? thrd_timedout : thrd_error;
}

}  // extern "C"

#endif
