"""Questions are answered once, whole and in order, whatever happens to the workers."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time

import pytest
from loopback import ROOT, free_ports, request, wait_for
from processes import Process, Redis, Sidestream, redis_program

WORKERS = os.path.join(ROOT, "demo", "workers")
BUILD = os.path.join(ROOT, "build", "workers")


def python_with_redis():
    """The first Python that has the module, or nothing."""
    for name in ("python3", "/usr/bin/python3"):
        if shutil.which(name) and subprocess.run([name, "-c", "import redis"], capture_output=True).returncode == 0:
            return name
    return None


def python_command():
    python = python_with_redis()
    return [python, os.path.join(WORKERS, "worker.py")] if python else pytest.skip("python3-redis is not installed")


def node_command():
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    os.makedirs(BUILD, exist_ok=True)
    for name in ("package.json", "worker.mjs"):
        shutil.copy(os.path.join(WORKERS, name), BUILD)
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=BUILD,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("npm install: " + done.stderr[-300:])
    return ["node", os.path.join(BUILD, "worker.mjs")]


COMMANDS = {"python": python_command, "node": node_command}


@pytest.fixture(scope="module")
def redis():
    if not redis_program():
        pytest.skip("redis-server is not installed")
    server = Redis()
    yield server
    server.close()


class Stage:
    def __init__(self, url, folder):
        self.url, self.folder, self.workers = url, folder, []
        self.listen, admin = free_ports(2)
        with open(os.path.join(WORKERS, "sidestream.yaml")) as file:
            text = file.read()
        text = text.replace("127.0.0.1:8080", "127.0.0.1:%d" % self.listen).replace("127.0.0.1:9090", "127.0.0.1:%d" % admin)
        self.sidestream = Sidestream(text.replace("${REDIS_URL}", url), admin)

    def start(self, language, word_seconds=0.01):
        name = "%s-%d" % (language, len(self.workers))
        worker = Process(name, COMMANDS[language](), self.folder,
                         {"REDIS_URL": self.url, "WORD_SECONDS": str(word_seconds)})
        self.workers.append(worker)
        return worker

    def ask(self, text):
        status, body = request(self.listen, "POST", "/chat/s", text, {"Prefer": "respond-async"})
        assert status == 202, body
        return json.loads(body)["location"]

    def pieces(self, location):
        """[event, data] of what is there of a reply."""
        status, body = request(self.listen, "GET", location + "?from=earliest&poll=0s")
        assert status == 200, body
        return [[e["event"], e["data"]] for e in json.loads(body)["events"]]

    def whole(self, location, end="done", seconds=30):
        """The reply's pieces once it has ended."""
        wait_for(lambda: [end, ""] in self.pieces(location), "the end of %s\n%s" % (location, self.logs()), seconds)
        return self.pieces(location)

    def write(self, location, number, event):
        """A piece, as by another worker."""
        address, database = self.url.removeprefix("redis://").split("/")
        host, port = address.split(":")
        entry = "XADD %s 1-%d event %s data x" % (location[1:].replace("/", ":"), number, event)
        with socket.create_connection((host, int(port)), 10) as connection:
            connection.sendall(("SELECT %s\r\n%s\r\n" % (database, entry)).encode())
            answer = connection.makefile("rb")
            assert answer.readline() == b"+OK\r\n"
            assert answer.readline().startswith(b"$")

    def logs(self):
        return "\n".join(worker.log() for worker in self.workers)


@pytest.fixture
def stage(redis, tmp_path):
    stage = Stage(redis.new_url(), str(tmp_path))
    with stage.sidestream:
        yield stage
        for worker in stage.workers:
            worker.kill()


def check(pieces, question, end="done"):
    """Once, in order, and nothing behind the end."""
    assert pieces[-2:] == [[end, ""], ["stream-end", '{"reason":"end"}']], pieces
    text = "".join(data for event, data in pieces if event == "word")
    assert text.startswith("You asked: %s - I am " % question), text
    return text


@pytest.mark.parametrize("language", COMMANDS)
def test_answers_word_by_word(stage, language):
    stage.start(language)
    text = check(stage.whole(stage.ask("how are you")), "how are you")
    assert text.endswith("it will be different. ")


@pytest.mark.parametrize("language", COMMANDS)
def test_one_that_is_killed_in_mid_answer_is_taken_over(stage, language):
    victim = stage.start(language, word_seconds=0.2)
    location = stage.ask("one two three")
    wait_for(lambda: len(stage.pieces(location)) >= 3, "the answer to begin")
    victim.process.send_signal(signal.SIGKILL)
    begun = stage.pieces(location)
    stage.start(language)
    pieces = stage.whole(location)
    assert pieces[:len(begun)] == begun
    text = check(pieces, "one two three")
    assert text.count("different.") == 1


@pytest.mark.parametrize("language", COMMANDS)
def test_writes_nothing_behind_the_end_of_one_that_took_it_for_dead(stage, language):
    stage.start(language, word_seconds=3)
    location = stage.ask("a long one")
    wait_for(lambda: len(stage.pieces(location)) == 1, "the answer to begin")
    stage.write(location, 2, "cancelled")
    next_one = stage.ask("short")  # begun when the first is left
    wait_for(lambda: stage.pieces(next_one), "the next answer to begin")
    assert [event for event, _ in stage.pieces(location)] == ["word", "cancelled", "stream-end"]


@pytest.mark.parametrize("language", COMMANDS)
def test_several_share_the_questions(stage, language):
    for _ in range(3):
        stage.start(language)
    asked = {"question %d" % n: stage.ask("question %d" % n) for n in range(12)}
    for question, location in asked.items():
        check(stage.whole(location), question)


@pytest.mark.parametrize("language", COMMANDS)
def test_a_cancel_stops_it(stage, language):
    for _ in range(2):  # one answers, the other reads the cancel
        stage.start(language, word_seconds=0.3)
    location = stage.ask("a long one")
    wait_for(lambda: len(stage.pieces(location)) >= 2, "the answer to begin")
    status, body = request(stage.listen, "DELETE", location)
    assert status == 202, body
    pieces = stage.whole(location, "cancelled")
    assert "different." not in "".join(data for _, data in pieces)


def test_one_that_only_seemed_dead_repeats_nothing(stage):
    slow = stage.start("python", word_seconds=0.2)
    location = stage.ask("one two three")
    wait_for(lambda: len(stage.pieces(location)) >= 3, "the answer to begin")
    slow.process.send_signal(signal.SIGSTOP)
    stage.start("python")
    pieces = stage.whole(location)
    slow.process.send_signal(signal.SIGCONT)
    time.sleep(1)
    assert stage.pieces(location) == pieces
    check(pieces, "one two three")
