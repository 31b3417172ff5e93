"""Attacks on the process from its own machine: drain orders, secrets in errors, files, hardening."""

import contextlib
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest

from loopback import BINARY, free_ports, request, wait_for
from target import Target

NOBODY = 65534
CONTEXT = multiprocessing.get_context("fork")
MINIMAL = """
server: { listen: "127.0.0.1:%d", admin: "127.0.0.1:%d" }
connectors: { local: { embedded: {} } }
topics: { hello: { from: local } }
"""
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root")


def drain_sockets(pid):
    """The abstract names of this process's drain sockets."""
    inodes = set()
    for descriptor in os.listdir("/proc/%d/fd" % pid):
        with contextlib.suppress(OSError):
            inodes.update(re.findall(r"socket:\[(\d+)\]", os.readlink("/proc/%d/fd/%s" % (pid, descriptor))))
    with open("/proc/net/unix", encoding="ascii", errors="replace") as file:
        rows = [line.split() for line in file]
    return [row[7][1:] for row in rows if row[6] in inodes and len(row) > 7 and row[7].startswith("@sidestream-drain")]


@contextlib.contextmanager
def as_nobody(work, name):
    """Runs `work(sockets, address)` as another user; its process stays until the end of the block."""
    done, leave = CONTEXT.Event(), CONTEXT.Event()

    def run():
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the suite's handler raises
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        with contextlib.ExitStack() as opened:
            kinds = (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET)
            work([opened.enter_context(socket.socket(socket.AF_UNIX, kind)) for kind in kinds], "\0" + name)
            done.set()
            leave.wait(30)

    process = CONTEXT.Process(target=run, daemon=True)
    process.start()
    try:
        done.wait(10)
        yield
    finally:
        leave.set()
        process.join(10)


def order_drain(ends, address):
    for end in ends:
        with contextlib.suppress(OSError):
            end.connect(address)
            end.send(b"d")


def take_name(ends, address):
    for end in ends:
        end.bind(address)
    ends[-1].listen()  # without an answer


@needs_root
def test_drain_order_of_another_user():
    with Target() as target:
        for name in drain_sockets(target.process.pid):
            with as_nobody(order_drain, name):
                time.sleep(0.5)
        assert request(target.admin, "GET", "/readyz")[0] == 200, "drained by another user"


@needs_root
def test_drain_socket_name_taken_by_another_user():
    with Target() as target, contextlib.ExitStack() as squatters:
        names = drain_sockets(target.process.pid)
        config = target.path("sidestream.yaml")
        target.process.kill()
        target.process.wait(10)
        for name in names:
            squatters.enter_context(as_nobody(take_name, name))
        with open(target.path("log"), "ab") as log:
            target.process = subprocess.Popen([BINARY, "--config", config], stdin=subprocess.DEVNULL, stderr=log)
        wait_for(lambda: request(target.admin, "GET", "/readyz")[0] == 200, "Sidestream to be ready")
        drained = subprocess.run([BINARY, "--drain", "--config", config], capture_output=True).returncode == 0
        time.sleep(0.5)
        status = request(target.admin, "GET", "/readyz")[0]
        assert drained and status == 503, "--drain: %s, /readyz: %d" % ("exit 0" if drained else "failed", status)


@needs_root
def test_drain_order_of_root():
    """Not an attack, but the other half of the rule: root reaches a process of any user."""
    with tempfile.TemporaryDirectory(prefix="sidestream-attack-") as folder:
        os.chmod(folder, 0o755)
        binary = shutil.copy(BINARY, folder)
        port, admin = free_ports(2)
        config = os.path.join(folder, "sidestream.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(MINIMAL % (port, admin))
        with subprocess.Popen([binary, "--config", config], user=NOBODY, group=NOBODY, extra_groups=[],
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(lambda: request(admin, "GET", "/readyz")[0] == 200, "Sidestream to be ready")
                ordered = subprocess.run([binary, "--drain", "--config", config], capture_output=True, text=True)
                assert ordered.returncode == 0, ordered.stderr
                assert request(admin, "GET", "/readyz")[0] == 503
            finally:
                process.kill()


def check(folder, text):
    path = folder / "sidestream.yaml"
    path.write_text(text)
    ran = subprocess.run([BINARY, "--check", "--config", path], capture_output=True, text=True,
                         env={"PW": "S3CRET", "PATH": os.environ["PATH"]})
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("value", ["file:pw", "${PW}"])
def test_secret_that_librdkafka_refuses(tmp_path, value):
    (tmp_path / "pw").write_text("S3CRET")
    shown = check(tmp_path, 'connectors: {c: {kafka: {bootstrap.servers: "h:1", socket.timeout.ms: "%s"}}}' % value)
    assert "S3CRET" not in shown, shown


@pytest.mark.parametrize("text", ["server: {upstream: {url: 'http://u:S3CRET@h'}}",
                                  "server: {cors: {origins: ['http://u:S3CRET@h']}}"], ids=["upstream", "origin"])
def test_user_name_in_a_url(tmp_path, text):
    shown = check(tmp_path, text)
    assert "S3CRET" not in shown, shown


def embedded(folder):
    """A Sidestream with a database file, started under the usual umask."""
    topic = "  disk: { from: disk }\n"
    target = Target(topic)
    path = folder / "log.db"
    target.configuration = target.configuration.replace(
        "\ntopics:", '\n  disk: { embedded: { path: "%s" } }\ntopics:' % path, 1)
    return target, path


def test_database_file_is_private(tmp_path):
    target, path = embedded(tmp_path)
    old = os.umask(0o022)
    try:
        with target:
            modes = {name.name: oct(name.stat().st_mode & 0o777) for name in path.parent.iterdir()}
    finally:
        os.umask(old)
    assert set(modes.values()) == {"0o600"}, modes


def test_lock_file_is_a_link(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = tmp_path / "data"
    folder.mkdir()
    target, path = embedded(folder)
    os.symlink(victim, str(path) + ".lock")
    try:
        with target:
            pass
    except TimeoutError:
        pass  # it refuses to start
    assert victim.read_text() == "precious"


def test_release_is_hardened():
    readelf = shutil.which("readelf")
    if not readelf:
        pytest.skip("readelf is not installed")
    dynamic = subprocess.run([readelf, "-dW", BINARY], capture_output=True, text=True).stdout
    symbols = subprocess.run([readelf, "-sW", "--dyn-syms", BINARY], capture_output=True, text=True).stdout
    flags = {"BIND_NOW": "NOW" in dynamic, "stack protector": "__stack_chk_fail" in symbols, "fortify": "_chk@" in symbols}
    lacks = [flag for flag, found in flags.items() if not found]
    assert not lacks, "lacks " + ", ".join(lacks)
