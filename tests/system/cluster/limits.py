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
BATCH, PAUSE = 50, 0.005  # records of 70 bytes
CORES = 0.05              # its limit
THROTTLED = 0.3           # share of the time in which it wants more, at least; else there is no load


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
    """Looks at the pod all the time: when it was not ready, in seconds."""

    def __init__(self, release):
        self.release, self.looks, self.unready, self.stopping = release, 0, [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        began = time.monotonic()
        while not self.stopping.wait(0.25):
            self.looks += 1
            if not all(map(stage.ready, stage.pods(self.release))):
                self.unready.append(round(time.monotonic() - began, 1))

    def stop(self):
        self.stopping.set()
        self.thread.join()
        assert not self.unready, "not ready in %d of %d looks: at %s s" % (len(self.unready), self.looks, self.unready)
        (pod,) = stage.pods(self.release)
        assert stage.restarts(pod) == 0, stage.statuses(pod)


def cgroup(hierarchy, pod, name):
    """The figures of Sidestream's container."""
    (container,) = [status["containerID"].partition("://")[2] for status in stage.statuses(pod)
                    if status["name"] == "sidestream"]
    (path,) = glob.glob("/sys/fs/cgroup/%s/**/%s/%s" % (hierarchy, container, name), recursive=True)
    with open(path) as file:
        return [int(word) for word in file.read().split() if word.isdigit()]


class Cpu:
    """How much of it the pod has used since it was made, in cores, and in which part of the time it was throttled."""

    def __init__(self, pod):
        self.pod = pod
        self.began = self.figures()

    def figures(self):
        periods, throttled, *_ = cgroup("cpu", self.pod, "cpu.stat")
        return time.monotonic(), cgroup("cpuacct", self.pod, "cpuacct.usage")[0] / 1e9, periods, throttled

    def use(self):
        seconds, used, periods, throttled = (now - then for now, then in zip(self.figures(), self.began))
        return used / seconds, throttled / periods


def judge(sleeper, written, address):
    """The slow reader wakes up, and must get every record once."""
    try:
        sleeper.wake(written - 1)
        assert not sleeper.breaks(), "lost or repeated: %s" % sleeper.breaks()[:5]
    except (AssertionError, OSError) as trouble:
        raise AssertionError("the slow reader: %s; told: %s; streams closed: %s; what came to it: %s" % (
            trouble, sleeper.told, stage.series(address, "sidestream_streams_closed_total"), sleeper.keep()))


def stays_within_small_limits_under_load(cluster):
    cluster.install(charts.LOAD, charts.load())
    (address,), (pod,) = charts.addresses(charts.LOAD), stage.pods(charts.LOAD)
    (limit,) = cgroup("memory", pod, "memory.limit_in_bytes")
    assert limit == 64 * 2**20, limit
    readers = [listener.Sink(address, "/events/bulk") for _ in range(READERS)]
    sleeper = listener.Sleeper(address, "/events/bulk")
    watch, flood = Watch(charts.LOAD), Flood(cluster.redis)
    cpu = Cpu(pod)
    try:
        time.sleep(SECONDS)
        (cores, throttled), read = cpu.use(), sum(reader.bytes for reader in readers)
        assert throttled > THROTTLED, "%.3f cores, throttled for %.0f %%: no load; %d records, %d MiB read" % (
            cores, 100 * throttled, flood.count, read / 2**20)
        watch.stop()
        (peak,) = cgroup("memory", pod, "memory.max_usage_in_bytes")
        assert peak < limit, "%d of %d bytes" % (peak, limit)
    finally:
        written = flood.stop()
        watch.stopping.set()
        for reader in readers:
            reader.close()
    judge(sleeper, written, address)
    return "%.3f of %.2f cores, throttled for %.0f %%, %d MiB/s to %d readers, at most %.1f of 64 MiB; ready in %d " \
        "looks of %d; the slow reader caught up with %d records" % (
            cores, CORES, 100 * throttled, read / 2**20 / SECONDS, READERS, peak / 2**20, watch.looks, watch.looks,
            written)


TESTS = (stays_within_small_limits_under_load,)
