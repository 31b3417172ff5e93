"""Waits until the machine is idle, and repeats measurements that others disturbed."""

import os
import resource
import time

SHARE_MAX = 0.15  # of all cores
WAIT_MAX = 15     # seconds for one measurement
ATTEMPTS = 3


def busy_seconds():
    """Of all cores together, since the start of the machine."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, steal = (int(field) for field in stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def own_seconds():
    """Of this process and of all that it has started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


class Watch:
    def __init__(self):
        self.began, self.busy, self.own = time.monotonic(), busy_seconds(), own_seconds()

    def share_of_others(self):
        others = busy_seconds() - self.busy - (own_seconds() - self.own)
        return max(others, 0) / ((time.monotonic() - self.began) * os.cpu_count())


def wait_for_quiet():
    deadline = time.monotonic() + WAIT_MAX
    while time.monotonic() < deadline:
        watch = Watch()
        time.sleep(0.3)
        if watch.share_of_others() <= SHARE_MAX:
            return


def measure(function):
    """The figures of the least disturbed attempt, and what share of the machine others used meanwhile."""
    best = None
    for _ in range(ATTEMPTS):
        wait_for_quiet()
        watch = Watch()
        figures = function()
        share = watch.share_of_others()
        if best is None or share < best[1]:
            best = figures, share
        if share <= SHARE_MAX:
            break
    return best
