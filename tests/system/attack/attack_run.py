"""Runs an attack while an honest reader, a prober and a memory sampler measure what others notice of it."""

import json
import math
import multiprocessing
import os
import re
import signal
import socket
import threading
import time

from loopback import LOCAL
from target import MEMORY, MIB

DELIVERY_P99 = 0.25  # seconds
START = 1.0
LIVEZ = 1.0
PEAK = MEMORY + 64 * MIB
RETURNED = 28 * MIB  # above the memory before the attack: topic logs may stay
RECOVERY = 12  # seconds
RESULTS = os.environ.get("SIDESTREAM_ATTACK_RESULTS")
GIVE_UP = 4  # seconds until a probe counts as unanswered
START_REQUEST = b"GET /events/other HTTP/1.0\r\nHost: honest\r\n\r\n"
LIVEZ_REQUEST = b"GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n"


class AttackRun:
    """One attack. `attack` runs in a process of its own; connections that it returns stay open until the end.

    `probe`: a request to the public port and what its response must contain within a second.
    """

    def __init__(self, target, attack, *arguments, seconds=4, probe=None):
        self.target, self.attack, self.arguments, self.seconds = target, attack, arguments, seconds
        self.deliveries, self.starts, self.livez, self.probe_times = [], [], [], []
        self.probes = [(self.starts, target.port, START_REQUEST, b"stream-open"),
                       (self.livez, target.admin, LIVEZ_REQUEST, b" 200 ")]
        if probe:
            self.probes.append((self.probe_times, target.port, *probe))
        self.pending, self.stopped = {}, threading.Event()
        context = multiprocessing.get_context("fork")
        self.go, self.leave = context.Event(), context.Event()
        self.attacker = context.Process(target=self.work, daemon=True)

    def work(self):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self.go.wait()
        held = self.attack(*self.arguments)
        self.leave.wait()
        del held

    def measure(self):
        """Runs the attack and returns the problems that others had."""
        self.attacker.start()  # before any thread: it is a fork
        before = self.target.memory()
        reader = self.open_reader()
        works = [(self.read, (reader,)), (self.publish, ())] + [(self.probe, probe) for probe in self.probes]
        threads = [threading.Thread(target=work, args=more, daemon=True) for work, more in works]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        self.go.set()
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline and self.target.is_alive():
            time.sleep(0.05)
        alive, peak = self.target.is_alive(), self.target.memory("VmHWM")
        self.stopped.set()
        for thread in threads[1:]:
            thread.join(GIVE_UP + 2)
        threads[0].join(GIVE_UP)
        reader.close()
        broken = self.attacker.exitcode is not None
        self.leave.set()
        self.attacker.terminate()
        self.attacker.join(5)
        if broken:
            raise RuntimeError("the attacker's process failed")
        self.deliveries += [math.inf] * len(self.pending)
        patience = RECOVERY if peak <= PEAK or RESULTS else 0
        after, seconds = self.wait_for_memory(before + RETURNED, patience)
        return self.judge(alive, before, peak, after, seconds)

    def wait_for_memory(self, limit, patience):
        """The memory once it is below the limit, or when time is up, and the seconds until then."""
        start = time.monotonic()
        while self.target.memory() > limit and time.monotonic() < start + patience:
            time.sleep(0.1)
        return self.target.memory(), time.monotonic() - start

    def judge(self, alive, before, peak, after, seconds):
        result = {
            "delivery p99": quantile(self.deliveries, 0.99), "deliveries": len(self.deliveries),
            "slowest start": max(self.starts, default=math.inf), "slowest /livez": max(self.livez, default=math.inf),
            "before MiB": before // MIB, "peak MiB": peak // MIB, "after MiB": after // MIB, "recovery": seconds}
        limits = {"delivery p99": DELIVERY_P99, "slowest start": START, "slowest /livez": LIVEZ}
        if len(self.probes) > 2:
            result["slowest probe"], limits["slowest probe"] = max(self.probe_times, default=math.inf), START
        result = {name: round(value, 3) for name, value in result.items()}
        record(result)
        problems = [] if alive else ["the process died"]
        for name, limit in limits.items():
            if result[name] > limit:
                problems.append("%s: %s s" % (name, result[name]))
        if peak > PEAK:
            problems.append("memory: %d MiB" % (peak // MIB))
        if after > before + RETURNED:
            problems.append("%d MiB of memory kept after %d s" % ((after - before) // MIB, seconds))
        return problems

    # ---- the honest reader, its publisher, and the probes; each is a thread ----

    def open_reader(self):
        reader = socket.create_connection(self.target.address(), timeout=GIVE_UP)
        reader.sendall(b"GET /events/honest HTTP/1.0\r\nHost: honest\r\n\r\n")
        received = b""
        while b"stream-open" not in received:
            more = reader.recv(4096)
            if not more:
                raise ConnectionError("the honest reader's stream ended")
            received += more
        reader.settimeout(0.2)
        return reader

    def read(self, reader):
        received, quiet_since = b"", time.monotonic()
        while not self.stopped.is_set() or (self.pending and time.monotonic() < quiet_since + 2):
            try:
                more = reader.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            if not more:
                return
            received += more
            now = time.monotonic()
            for sent in re.findall(rb"data: t=(\d+)\n", received):
                begun = self.pending.pop(int(sent), None)
                if begun:
                    self.deliveries.append(now - begun)
                    quiet_since = now
            received = received[-64:]

    def publish(self):
        """A record each 20 ms: into Redis directly, or by POST."""
        redis = self.target.redis if self.target.honest == "redis" else None
        connection, number = None, 0
        while not self.stopped.is_set():
            number += 1
            record, begun = b"t=%d" % number, time.monotonic()
            self.pending[number] = begun
            try:
                connection = connection or socket.create_connection(
                    (LOCAL, redis.port) if redis else self.target.address(), timeout=GIVE_UP)
                if redis:
                    redis.send(connection, "XADD", "honest", "MAXLEN", "~", 10000, "*", "data", record)
                else:
                    connection.sendall(b"POST /events/honest HTTP/1.1\r\nHost: honest\r\nContent-Length: %d\r\n\r\n"
                                       % len(record) + record)
                    if not connection.recv(4096).startswith(b"HTTP/1.1 201"):
                        self.pending.pop(number, None)  # refused: nothing to deliver
            except OSError:
                self.pending.pop(number, None)
                connection = None
            self.stopped.wait(max(0, begun + 0.02 - time.monotonic()))

    def probe(self, times, port, message, expected):
        while not self.stopped.is_set() and self.target.is_alive():
            begun = time.monotonic()
            times.append(seconds_until(port, message, expected) - begun)
            self.stopped.wait(0.1)


def seconds_until(port, message, expected):
    """When a new connection got the expected bytes; infinite if it did not in time."""
    try:
        with socket.create_connection((LOCAL, port), timeout=GIVE_UP) as connection:
            connection.sendall(message)
            received = b""
            while expected not in received:
                more = connection.recv(4096)
                if not more:
                    return math.inf
                received += more
            return time.monotonic()
    except OSError:
        return math.inf


def quantile(values, q):
    return sorted(values)[min(len(values) - 1, int(q * len(values)))] if values else math.inf


def record(result):
    if RESULTS:
        name = os.environ.get("PYTEST_CURRENT_TEST", "").split("::")[-1].split(" ")[0]
        with open(RESULTS, "a", encoding="utf-8") as file:
            file.write(json.dumps({"attack": name, **result}) + "\n")


def run_attack(target, attack, *arguments, **options):
    """Fails with everything that others noticed of the attack."""
    problems = AttackRun(target, attack, *arguments, **options).measure()
    assert not problems, "; ".join(problems)
