"""A small pod under all the load that it takes, with a reader that doesn't read: within its memory, alive, ready."""

import glob
import threading
import time

import api
import charts
import listener
import stage

SECONDS = 20
READERS = 100
BATCH, PAUSE = 400, 0.05  # records of 70 bytes
CORES = 0.1               # its limit
BUSY = 0.8                # share of it; less would be no load


class Flood:
    """Writes records that begin with their number."""

    def __init__(self, redis):
        self.redis, self.count, self.stopping = redis, 0, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stopping.wait(PAUSE):
            self.redis.append("bulk", *("%07d%s" % (self.count + i, "." * 63) for i in range(BATCH)))
            self.count += BATCH

    def stop(self):
        self.stopping.set()
        self.thread.join()
        return self.count


class Watch:
    """Looks at the pod all the time: how often it was not ready."""

    def __init__(self, release):
        self.release, self.looks, self.unready, self.stopping = release, 0, 0, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stopping.wait(0.25):
            self.looks += 1
            self.unready += not all(map(stage.ready, stage.pods(self.release)))

    def stop(self):
        self.stopping.set()
        self.thread.join()
        assert not self.unready, "not ready in %d of %d looks" % (self.unready, self.looks)
        (pod,) = stage.pods(self.release)
        assert stage.restarts(pod) == 0, stage.statuses(pod)


def cgroup(hierarchy, pod, name):
    """A figure of Sidestream's container."""
    (container,) = [status["containerID"].partition("://")[2] for status in stage.statuses(pod)
                    if status["name"] == "sidestream"]
    (path,) = glob.glob("/sys/fs/cgroup/%s/**/%s/%s" % (hierarchy, container, name), recursive=True)
    with open(path) as file:
        return int(file.read())


def small_and_busy(ground):
    ground.install(charts.LOAD, charts.load())
    (address,), (pod,) = charts.addresses(charts.LOAD), stage.pods(charts.LOAD)
    limit = cgroup("memory", pod, "memory.limit_in_bytes")
    assert limit == 64 * 2**20, limit
    readers = [listener.Sink(address, "/events/bulk") for _ in range(READERS)]
    sleeper = listener.Sleeper(address, "/events/bulk")
    watch, flood = Watch(charts.LOAD), Flood(ground.redis)
    used, began = cgroup("cpuacct", pod, "cpuacct.usage"), time.monotonic()
    try:
        time.sleep(SECONDS)
        cpu = (cgroup("cpuacct", pod, "cpuacct.usage") - used) / 1e9 / (time.monotonic() - began)
        read = sum(reader.bytes for reader in readers)
        assert cpu > BUSY * CORES, "only %.2f cores: no load; %d records written, %d MiB read" % (
            cpu, flood.count, read / 2**20)
        watch.stop()
        peak = cgroup("memory", pod, "memory.max_usage_in_bytes")
        assert peak < limit, "%d of %d bytes" % (peak, limit)
    finally:
        written = flood.stop()
        watch.stopping.set()
        for reader in readers:
            reader.close()
    sleeper.wake(written - 1)
    assert sleeper.numbers == list(range(written)), "the slow reader lost or repeated records"
    return "%.2f of %.2f cores, %d MiB/s to %d readers, at most %.1f of 64 MiB; ready in %d looks of %d; " \
        "the slow reader caught up with %d records" % (
            cpu, CORES, read / 2**20 / SECONDS, READERS, peak / 2**20, watch.looks, watch.looks, written)


TESTS = (small_and_busy,)
