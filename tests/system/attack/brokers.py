"""A Redis and a Kafka broker on loopback, and the few commands that the attacks need."""

import os
import socket
import subprocess
import tempfile

import processes
from loopback import LOCAL, ROOT, free_port, wait_for

SUPPORT = os.path.join(ROOT, "tests", "support", "kafka")


class Redis(processes.Redis):
    def command(self, *words):
        """The reply to a command whose reply is a simple value or a bulk string."""
        with socket.create_connection((LOCAL, self.port), timeout=20) as connection:
            return self.send(connection, *words)

    @staticmethod
    def send(connection, *words):
        encoded = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        parts = [b"*%d\r\n" % len(encoded)] + [b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded]
        connection.sendall(b"".join(parts))
        reply = connection.makefile("rb")
        line = reply.readline().rstrip(b"\r\n")
        if line[:1] == b"-":
            raise OSError(line.decode())
        return reply.read(max(0, int(line[1:]))) if line[:1] == b"$" else line[1:]

    def fill(self, key, count, size):
        script = "for i=1,%d do redis.call('XADD',KEYS[1],'*','data',string.rep('v',%d)) end" % (count, size)
        self.command("DEL", key)
        self.command("EVAL", script, 1, key)

    def info(self, section, name):
        lines = self.command("INFO", section).decode().splitlines()
        return next(int(line.split(":")[1]) for line in lines if line.startswith(name + ":"))


class Kafka:
    """A broker that no other suite uses. Ready when the constructor returns."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sidestream-attack-kafka-")
        port = free_port()
        self.address = "%s:%d" % (LOCAL, port)
        command = [os.path.join(SUPPORT, "start"), os.path.join(self.folder.name, "data"), str(port)]
        self.process = processes.Process("kafka", command, self.folder.name)
        wait_for(lambda: socket.create_connection((LOCAL, port), timeout=1).close() is None, "Kafka", 60)

    def close(self):
        self.process.end(30)
        self.folder.cleanup()

    def create_topics(self, *names):
        subprocess.run([os.path.join(SUPPORT, "create_topics"), self.address, "1", *names], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
