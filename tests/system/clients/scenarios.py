"""What happens to the sidecar while the clients read. Each scenario gets the `Bench` that it acts on."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from loopback import BINARY, LOCAL, free_ports
from processes import Process, Redis, responds

CONFIG = """
server:
  listen: "{local}:{port}"
  admin: "{local}:{admin}"
  heartbeat: 1s
  retry: 300ms..600ms
  drain: 2s
  max_connections: {max_connections}
connectors:
  store: {{ redis: {{ url: "{redis}" }} }}
topics:
  numbers: {{ from: store, stream: numbers }}
"""


class Bench:
    """A Redis, a Sidestream on ports that stay the same, and a writer of the numbers 1, 2, 3..."""

    def __init__(self):
        self.port, self.admin = free_ports(2)
        self.folder = tempfile.mkdtemp(prefix="sidestream-clients-")
        self.redis, self.sidestream = Redis(), None
        self.redis_url = self.redis.new_url()
        self.written, self.writing = 0, True
        self.writer = threading.Thread(target=self.write, daemon=True)

    @property
    def url(self):
        return "http://%s:%d/events/numbers" % (LOCAL, self.port)

    def write(self):
        """100 numbers a second until finish()."""
        command = ["redis-cli", "-u", self.redis_url]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as cli:
            while self.writing:
                cli.stdin.write("XADD numbers * data %d\n" % (self.written + 1))
                cli.stdin.flush()
                self.written += 1
                time.sleep(0.01)
            cli.stdin.close()

    def start(self, max_connections=1000):
        path = os.path.join(self.folder, "sidestream.yaml")
        with open(path, "w") as file:
            file.write(CONFIG.format(local=LOCAL, port=self.port, admin=self.admin, redis=self.redis_url,
                                     max_connections=max_connections))
        self.sidestream = Process("sidestream", [BINARY, "--config", path], self.folder)
        self.sidestream.wait_until(lambda: responds(self.admin, "/readyz"))

    def stop(self, number):
        """Sends the signal and waits for the end of the process."""
        self.sidestream.process.send_signal(number)
        self.sidestream.process.wait(30)

    def finish(self):
        """The last number."""
        self.writing = False
        self.writer.join()
        return self.written

    def close(self):
        self.writing = False
        if self.sidestream:
            self.sidestream.kill()
        self.redis.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def kill(bench):
    bench.stop(signal.SIGKILL)
    time.sleep(1)
    bench.start()


def drain(bench):
    bench.stop(signal.SIGTERM)
    bench.start()


def refused_reconnect(bench):
    """The sidecar comes back with room for one stream, which somebody else has; later there is room for all."""
    for _ in range(10):  # a client may be faster than the holder
        bench.stop(signal.SIGKILL)
        with contextlib.closing(Holder(bench.port)) as holder:
            bench.start(max_connections=1)
            if holder.has_the_place():
                time.sleep(3)
                break
    else:
        raise AssertionError("the only place was taken by a client each time")
    bench.stop(signal.SIGKILL)
    bench.start()


class Holder:
    """Connects as soon as the port listens, and keeps its stream open."""

    def __init__(self, port):
        self.port, self.socket = port, None
        self.thread = threading.Thread(target=self.connect, daemon=True)
        self.thread.start()

    def connect(self):
        while not self.socket:
            with contextlib.suppress(OSError):
                self.socket = socket.create_connection((LOCAL, self.port), 5)
            time.sleep(0.0005)
        self.socket.sendall(b"GET /events/numbers HTTP/1.1\r\nHost: a\r\n\r\n")

    def has_the_place(self):
        self.thread.join()
        text, deadline = b"", time.monotonic() + 5
        while b"event: stream-open" not in text and b"event: stream-shutdown" not in text and time.monotonic() < deadline:
            piece = self.socket.recv(4096)
            if not piece:
                break
            text += piece
        return b"event: stream-open" in text

    def close(self):
        self.thread.join()
        self.socket.close()


SCENARIOS = (kill, drain, refused_reconnect)
