"""A Redis server of the benchmark's own, and a client for a few commands."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time

from harness import machine


class Redis:
    """One connection. `send` and `read_reply` apart for those who wait for other sockets too."""

    def __init__(self, port):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.replies = self.socket.makefile("rb")

    def close(self):
        self.replies.close()
        self.socket.close()

    def send(self, *words):
        parts = [str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))

    def read_reply(self):
        """Of a command whose reply is one line or one string."""
        line = self.replies.readline().rstrip(b"\r\n")
        if line[:1] == b"$":
            return self.replies.read(int(line[1:]) + 2)[:-2].decode()
        if line[:1] not in (b"+", b":"):
            raise RuntimeError("redis: " + line.decode())
        return line[1:].decode()

    def call(self, *words):
        self.send(*words)
        return self.read_reply()

    def cpu_seconds(self):
        """That the server has used."""
        pairs = (line.split(":") for line in self.call("INFO", "cpu").splitlines())
        return sum(float(pair[1]) for pair in pairs if pair[0] in ("used_cpu_user", "used_cpu_sys"))

    def calls(self):
        """How often each command was called since the last CONFIG RESETSTAT."""
        lines = self.call("INFO", "commandstats").splitlines()
        pairs = (line[len("cmdstat_"):].split(":calls=") for line in lines if line.startswith("cmdstat_"))
        return {name: int(rest.split(",")[0]) for name, rest in pairs}


@contextlib.contextmanager
def server():
    """Gives a connection to a server that keeps nothing on disk."""
    folder = tempfile.mkdtemp(prefix="sidestream-bench-redis-")
    port = machine.free_port()
    process = subprocess.Popen(["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", folder],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        client = connect(port)
        try:
            yield client
        finally:
            client.close()
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def connect(port):
    deadline = time.monotonic() + 10
    while True:
        try:
            return Redis(port)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise RuntimeError("redis-server does not come up") from None
            time.sleep(0.02)
