#!/usr/bin/env python3
"""./quickstart as a newcomer sees it: the addresses it prints work, the second start takes seconds, a signal to
it alone ends everything within 10 s, at any moment, and nothing is left behind."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
QUICKSTART = os.path.join(ROOT, "quickstart")
START_SECONDS = 180  # the first Kafka start fetches its jars
END_SECONDS = 10
SECOND_START_SECONDS = 6
EVENT_SECONDS = 20
COUNTS = {"passed": 0, "failed": 0, "skipped": 0}


class Failure(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Failure(text)


def test(name, function, *arguments):
    try:
        function(*arguments)
        COUNTS["passed"] += 1
    except (Failure, OSError, http.client.HTTPException) as failure:
        COUNTS["failed"] += 1
        print("FAILED %s: %s" % (name, failure or type(failure).__name__), flush=True)


def skip(name, why):
    COUNTS["skipped"] += 1
    print("SKIPPED %s: %s" % (name, why))


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Quickstart:
    """One ./quickstart, started from another folder; its TMPDIR, which its children inherit, marks them."""

    def __init__(self, *arguments, **environment):
        self.folder = tempfile.mkdtemp(prefix="quickstart-test.")
        self.tmp = os.path.join(self.folder, "tmp")
        os.mkdir(self.tmp)
        self.port, self.admin = free_port(), free_port()
        self.output_path = os.path.join(self.folder, "output")
        self.began = time.monotonic()
        with open(self.output_path, "w") as output:
            self.process = subprocess.Popen(
                [QUICKSTART, *arguments], cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, "TMPDIR": self.tmp, "SIDESTREAM_PORT": str(self.port),
                     "SIDESTREAM_ADMIN_PORT": str(self.admin), **environment})

    def output(self):
        with open(self.output_path) as output:
            return output.read()

    def url(self, name):
        found = re.search(r"^ *%s +(http://\S+)$" % name, self.output(), re.M)
        return found and found.group(1)

    def ended(self):
        return self.process.poll() is not None

    def await_addresses(self, seconds=START_SECONDS):
        wait_for(lambda: self.url("a stream") or self.ended(), seconds)
        expect(self.url("a stream") and not self.ended(), "it is not up; it said:\n" + self.output())
        return time.monotonic() - self.began

    def children(self):
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                with open("/proc/%s/environ" % pid, "rb") as environment:
                    if b"TMPDIR=" + self.tmp.encode() in environment.read().split(b"\0"):
                        with open("/proc/%s/cmdline" % pid) as command:
                            found.append(command.read().replace("\0", " ").strip())
        return [command for command in found if command]

    def end(self, number):
        """The signal goes to ./quickstart alone."""
        began = time.monotonic()
        self.process.send_signal(number)
        expect(wait_for(self.ended, END_SECONDS), "still running %d s after %s; it said:\n%s" %
               (END_SECONDS, number.name, self.output()))
        print("  ended %.1f s after %s" % (time.monotonic() - began, number.name))
        expect(wait_for(lambda: not self.children(), 0.5), "it left processes: %s" % self.children())
        expect(not os.listdir(self.tmp), "it left files: %s" % os.listdir(self.tmp))
        expect(self.process.returncode == 128 + number, "exit %d" % self.process.returncode)

    def clean(self):
        if not self.ended():
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_SECONDS)
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def quickstart(*arguments, **environment):
    running = Quickstart(*arguments, **environment)
    try:
        yield running
    finally:
        running.clean()


def get(url):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.request("GET", parts.path)
    return connection, connection.getresponse()


def check_console(url):
    connection, answer = get(url)
    page = answer.read().decode()
    connection.close()
    expect(answer.status == 200 and "<title>" in page, "%s answers %d and is no page" % (url, answer.status))


def check_stream(url):
    """The clock comes by itself, with ids."""
    connection, answer = get(url)
    expect(answer.status == 200 and answer.getheader("Content-Type", "").startswith("text/event-stream"),
           "%s answers %d, %s" % (url, answer.status, answer.getheader("Content-Type")))
    events, has_id, lines, deadline = 0, False, [], time.monotonic() + EVENT_SECONDS
    while events < 2 or not has_id:
        line = answer.readline().decode()
        lines.append(line)
        expect(line, "the stream ended")
        expect(time.monotonic() < deadline, "no events in %d s, but:\n%s" % (EVENT_SECONDS, "".join(lines)))
        events += '"epoch_ms"' in line
        has_id = has_id or line.startswith("id: ")
    connection.close()


def builds_and_starts_nothing():
    with quickstart("--build") as running:
        expect(wait_for(running.ended, 1500), "it did not end")
        expect(running.process.returncode == 0, "exit %d:\n%s" % (running.process.returncode, running.output()))
        expect(running.url("a stream") is None, "it started something")
        expect(os.access(os.path.join(ROOT, "build", "release", "sidestream"), os.X_OK), "there is no binary")


def runs(kind, number):
    with quickstart(kind) as running:
        print("%s: up after %.1f s" % (kind, running.await_addresses()))
        expect(running.url("a stream").startswith("http://127.0.0.1:%d/events/" % running.port),
               "SIDESTREAM_PORT does not count: " + running.url("a stream"))
        check_console(running.url("console"))
        check_stream(running.url("a stream"))
        running.end(number)


def starts_within_seconds():
    with quickstart() as running:
        took = running.await_addresses()
        expect(took < SECOND_START_SECONDS, "it took %.1f s" % took)
        running.end(signal.SIGTERM)


def ends_while_it_builds():
    """A cmake that takes for ever stands in for a long build."""
    with tempfile.TemporaryDirectory() as folder:
        marker = os.path.join(folder, "building")
        with open(os.path.join(folder, "cmake"), "w") as cmake:
            cmake.write("#!/bin/sh\ntouch %s\nsleep 600\n" % marker)
        os.chmod(cmake.name, 0o755)
        with quickstart(PATH=folder + ":" + os.environ["PATH"]) as running:
            expect(wait_for(lambda: os.path.exists(marker), 30), "it did not build:\n" + running.output())
            running.end(signal.SIGINT)


def ends_while_its_broker_starts(kind, number):
    with quickstart(kind) as running:
        expect(wait_for(lambda: os.listdir(running.tmp), 60), "it started nothing:\n" + running.output())
        running.end(number)


def tells_of_a_child_that_dies():
    with quickstart() as running:
        running.await_addresses()
        pids = subprocess.run(["sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null"], capture_output=True, text=True).stdout
        for pid in re.findall(r"^(\d+) \(sidestream\) \S+ %d " % running.process.pid, pids, re.M):
            os.kill(int(pid), signal.SIGKILL)
        expect(wait_for(running.ended, END_SECONDS), "it keeps running without sidestream")
        expect("sidestream exited with status" in running.output(), "it says nothing:\n" + running.output())
        expect(running.process.returncode == 1, "exit %d" % running.process.returncode)
        expect(not os.listdir(running.tmp) and not running.children(), "it left something")


def names_a_taken_port():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with quickstart(SIDESTREAM_PORT=str(port)) as running:
            expect(wait_for(running.ended, 30), "it does not end")
            expect("port %d is in use" % port in running.output(), "it said:\n" + running.output())
            expect(running.process.returncode == 1, "exit %d" % running.process.returncode)


def names_what_is_missing_without_apt():
    with tempfile.TemporaryDirectory() as folder:
        for tool in ("bash", "env", "dirname", "readlink", "sed", "cut", "head", "tail", "tr", "sort", "grep",
                     "mktemp", "rm", "cat", "id", "mkdir"):
            os.symlink(shutil.which(tool), os.path.join(folder, tool))
        with quickstart("redis", PATH=folder) as running:
            expect(wait_for(running.ended, 30), "it does not end")
            said = running.output()
            expect(running.process.returncode == 1, "exit %d" % running.process.returncode)
            for word in ("no apt-get", "cmake", "C++20", "librdkafka", "Boost 1.81", "redis-server"):
                expect(word in said, "it does not name %s:\n%s" % (word, said))
            expect("building" not in said, "it goes on:\n" + said)


def missing(kind):
    return subprocess.run([os.path.join(ROOT, "tests", "support", "install"), "--check", kind],
                          capture_output=True).returncode


def main():
    test("--build", builds_and_starts_nothing)
    test("embedded", runs, "embedded", signal.SIGINT)
    test("second start", starts_within_seconds)
    test("a signal while it builds", ends_while_it_builds)
    test("a child dies", tells_of_a_child_that_dies)
    test("a taken port", names_a_taken_port)
    test("a system without apt", names_what_is_missing_without_apt)
    for kind in ("redis", "kafka"):
        if missing(kind):
            skip(kind, "not installed")
            continue
        test(kind, runs, kind, signal.SIGTERM)
        test("a signal while %s starts" % kind, ends_while_its_broker_starts, kind, signal.SIGINT)
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % COUNTS)
    return 1 if COUNTS["failed"] else 0


sys.exit(main())
