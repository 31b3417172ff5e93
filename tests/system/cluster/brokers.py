"""A real Redis and a real Kafka outside of the cluster, at the address by which pods reach this machine."""

import os
import socket
import subprocess
import tempfile
import threading
import time

import paths

KAFKA = os.path.join(paths.ROOT, "tests", "support", "kafka")
SECONDS = 60


class Server:
    """One that can be stopped and started again with what it had."""

    def __init__(self, name, port):
        self.name, self.port = name, port
        self.address = "%s:%d" % (paths.GATEWAY, port)
        self.folder = tempfile.mkdtemp(prefix=name + ".")
        self.start()
        self.wait()

    def start(self):
        with open(os.path.join(paths.LOGS, self.name + ".log"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)

    def wait(self):
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection((paths.GATEWAY, self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError("%s doesn't start: %s/%s.log" % (self.name, paths.LOGS, self.name))
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(SECONDS)

    def start_again(self):
        self.start()
        self.wait()


class Redis(Server):
    def __init__(self):
        super().__init__("redis", 6379)

    def command(self):
        return ["redis-server", "--bind", paths.GATEWAY, "--port", str(self.port), "--protected-mode", "no",
                "--dir", self.folder, "--save", "", "--appendonly", "yes"]

    def call(self, *commands):
        """Each is a list of words; returns when all are answered. None of the answers is an array."""
        with socket.create_connection((paths.GATEWAY, self.port), 5) as connection, \
                connection.makefile("rb") as answers:
            connection.sendall(b"".join(b"*%d\r\n" % len(words) + b"".join(
                b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words) for words in commands))
            for _ in commands:
                line = answers.readline()
                if line[:1] not in (b"$", b"+", b":"):
                    raise OSError("Redis: %r" % line)
                if line[:1] == b"$":
                    answers.read(int(line[1:]) + 2)

    def append(self, stream, *records):
        self.call(*(["XADD", stream, "*", "data", record] for record in records))


class Kafka(Server):
    def __init__(self):
        super().__init__("kafka", 9092)

    def command(self):
        # The controller's port is the one that stands in this file.
        with open(os.path.join(self.folder, "controller-port"), "w") as file:
            file.write("9093")
        return [os.path.join(KAFKA, "start"), self.folder, str(self.port),
                "listeners=PLAINTEXT://%s,CONTROLLER://127.0.0.1:9093" % self.address,
                "advertised.listeners=PLAINTEXT://" + self.address]

    def create(self, topic, partitions):
        subprocess.run([os.path.join(KAFKA, "create_topics"), self.address, str(partitions), topic], check=True)


class Writer:
    """Appends the numbers 0, 1, 2, ... to a stream of Redis until it is stopped."""

    def __init__(self, redis, stream, per_second):
        self.redis, self.stream, self.pause = redis, stream, 1 / per_second
        self.next = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stopping.wait(self.pause):
            self.redis.append(self.stream, str(self.next))
            self.next += 1

    def stop(self):
        """The last number."""
        self.stopping.set()
        self.thread.join()
        return self.next - 1
