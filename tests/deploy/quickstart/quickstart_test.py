"""./quickstart as a newcomer runs it: the addresses it prints work, the second start takes seconds, a signal to it alone
ends everything within 10 s, at any moment, and it leaves no process and no file."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

import pytest
from loopback import ROOT, free_ports, request
from sse import Stream

QUICKSTART = os.path.join(ROOT, "quickstart")
START_SECONDS = 180  # the first Kafka start fetches its jars
END_SECONDS = 10
SECOND_START_SECONDS = 6


def happens(condition, seconds):
    """Whether the condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Quickstart:
    """One ./quickstart, started from another folder. Its children are found by the TMPDIR that they inherit."""

    def __init__(self, *arguments, **environment):
        self.folder = tempfile.mkdtemp(prefix="quickstart-test.")
        self.tmp = os.path.join(self.folder, "tmp")
        os.mkdir(self.tmp)
        self.port, self.admin = free_ports(2)
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
        happens(lambda: self.url("a stream") or self.ended(), seconds)
        assert self.url("a stream") and not self.ended(), "it is not up; it said:\n" + self.output()
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
        assert happens(self.ended, END_SECONDS), \
            ("still running %d s after %s; it said:\n%s" %
               (END_SECONDS, number.name, self.output()))
        print("  ended %.1f s after %s" % (time.monotonic() - began, number.name))
        assert happens(lambda: not self.children(), 0.5), "it left processes: %s" % self.children()
        assert not os.listdir(self.tmp), "it left files: %s" % os.listdir(self.tmp)
        assert self.process.returncode == 128 + number, "exit %d" % self.process.returncode

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


def check_console(url):
    parts = urllib.parse.urlsplit(url)
    status, page = request("http://" + parts.netloc, "GET", parts.path)
    assert status == 200 and "<title>" in page, "%s: %d, and no page" % (url, status)


def check_stream(url):
    """The clock's records come by themselves, with ids."""
    parts = urllib.parse.urlsplit(url)
    with Stream("http://" + parts.netloc, parts.path) as stream:
        assert stream.type.startswith("text/event-stream"), stream.type
        stream.wait(lambda stream: sum('"epoch_ms"' in event.data for event in stream.events) >= 2, "two ticks of the clock")
        assert stream.last_event_id


def check_chat(running):
    """The page is there, and the worker answers what curl would ask, word by word until the end."""
    check_console(running.url("a chat"))
    with Stream(running.port, "/chat/me", method="POST", message="How are you?") as stream:
        stream.wait_for_end()
        words = stream.named("word")
        assert "".join(event.data for event in words).startswith('You asked: "How are you?" '), words
        assert len(words) > 20 and words[-1].at - words[0].at > 1, "it did not come word by word"
        assert [event.name for event in stream.events][-2:] == ["done", "stream-end"]


@pytest.fixture(scope="module", autouse=True)
def built():
    """--build builds and starts nothing; all other tests use its binary."""
    with quickstart("--build") as running:
        assert happens(running.ended, 1500), "it did not end"
        assert running.process.returncode == 0, "exit %d:\n%s" % (running.process.returncode, running.output())
        assert running.url("a stream") is None, "it started something"
        assert os.access(os.path.join(ROOT, "build", "release", "sidestream"), os.X_OK), "there is no binary"


def test_build_starts_nothing(built):
    """In the fixture."""


def require(kind):
    if subprocess.run([os.path.join(ROOT, "tests", "support", "install"), "--check", kind], capture_output=True).returncode:
        pytest.skip(kind + " is not installed")


@pytest.mark.parametrize("kind, number", [("embedded", signal.SIGINT), ("redis", signal.SIGTERM), ("kafka", signal.SIGTERM)],
                         ids=("embedded", "redis", "kafka"))
def test_prints_addresses_that_work_and_ends_by_a_signal(kind, number):
    if kind != "embedded":
        require(kind)
    with quickstart(kind) as running:
        print("%s: up after %.1f s" % (kind, running.await_addresses()))
        assert running.url("a stream").startswith("http://127.0.0.1:%d/events/" % running.port), \
            "SIDESTREAM_PORT does not count: " + running.url("a stream")
        check_console(running.url("console"))
        check_stream(running.url("a stream"))
        check_chat(running)
        running.end(number)


def test_second_start_takes_seconds():
    with quickstart() as running:
        took = running.await_addresses()
        assert took < SECOND_START_SECONDS, "it took %.1f s" % took
        running.end(signal.SIGTERM)


def test_a_signal_ends_a_build():
    """With a cmake that never ends."""
    with tempfile.TemporaryDirectory() as folder:
        marker = os.path.join(folder, "building")
        with open(os.path.join(folder, "cmake"), "w") as cmake:
            cmake.write("#!/bin/sh\ntouch %s\nsleep 600\n" % marker)
        os.chmod(cmake.name, 0o755)
        with quickstart(PATH=folder + ":" + os.environ["PATH"]) as running:
            assert happens(lambda: os.path.exists(marker), 30), "it did not build:\n" + running.output()
            running.end(signal.SIGINT)


def test_inbox_serves_its_page_and_asks_its_app():
    with quickstart("inbox") as running:
        assert happens(lambda: running.url("page") or running.ended(), START_SECONDS) and not running.ended(), running.output()
        status, page = request(running.port, "GET", "/")
        assert status == 200 and "<title>Inbox" in page, "%d, and no page" % status
        status, body = request(running.port, "GET", "/users/alice/inbox")
        assert (status, json.loads(body)) == (401, {"error": "not signed in"}), "%d %s" % (status, body)
        check_console(running.url("console"))
        running.end(signal.SIGTERM)


def test_usechat_serves_its_page_and_answers():
    require("redis")
    require("usechat")
    with quickstart("usechat") as running:
        assert happens(lambda: running.url("page") or running.ended(), START_SECONDS) and not running.ended(), running.output()
        status, page = request(running.port, "GET", "/")
        assert status == 200 and "<title>Chat" in page, "%d, and no page" % status
        assert request(running.port, "GET", "/api/chat/none/stream") == (204, "")
        question = json.dumps({"id": "c", "messages": [{"role": "user", "parts": [{"type": "text", "text": "well?"}]}]})
        status, answer = request(running.port, "POST", "/api/chat", question, {"Content-Type": "application/json"})
        assert status == 200 and '"delta":"well? "' in answer and 'data: [DONE]\n' in answer, answer
        running.end(signal.SIGTERM)


@pytest.mark.parametrize("kind", ("redis", "kafka"))
def test_a_signal_ends_the_start_of_a_broker(kind):
    require(kind)
    with quickstart(kind) as running:
        assert happens(lambda: os.listdir(running.tmp), 60), "it started nothing:\n" + running.output()
        running.end(signal.SIGINT)


def test_names_a_child_that_dies():
    with quickstart() as running:
        running.await_addresses()
        pids = subprocess.run(["sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null"], capture_output=True, text=True).stdout
        for pid in re.findall(r"^(\d+) \(sidestream\) \S+ %d " % running.process.pid, pids, re.M):
            os.kill(int(pid), signal.SIGKILL)
        assert happens(running.ended, END_SECONDS), "it keeps running without sidestream"
        assert "sidestream exited with status" in running.output(), "it says nothing:\n" + running.output()
        assert running.process.returncode == 1, "exit %d" % running.process.returncode
        assert not os.listdir(running.tmp) and not running.children(), "it left something"


def test_names_a_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with quickstart(SIDESTREAM_PORT=str(port)) as running:
            assert happens(running.ended, 30), "it does not end"
            assert "port %d is in use" % port in running.output(), "it said:\n" + running.output()
            assert running.process.returncode == 1, "exit %d" % running.process.returncode


def test_names_what_is_missing_without_apt():
    with tempfile.TemporaryDirectory() as folder:
        for tool in ("bash", "env", "dirname", "readlink", "sed", "cut", "head", "tail", "tr", "sort", "grep",
                     "mktemp", "rm", "cat", "id", "mkdir"):
            os.symlink(shutil.which(tool), os.path.join(folder, tool))
        with quickstart("redis", PATH=folder) as running:
            assert happens(running.ended, 30), "it does not end"
            said = running.output()
            assert running.process.returncode == 1, "exit %d" % running.process.returncode
            for word in ("no apt-get", "cmake", "C++20", "librdkafka", "Boost 1.81", "redis-server"):
                assert word in said, "it does not name %s:\n%s" % (word, said)
            assert "building" not in said, "it goes on:\n" + said
