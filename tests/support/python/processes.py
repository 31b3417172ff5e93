"""Processes that a suite starts: any program with its log, a Redis, and the tested Sidestream."""

import os
import shutil
import socket
import subprocess
import tempfile
import time

from loopback import BINARY, LOCAL, free_port, request

START_SECONDS = 60
END_SECONDS = 3


class Process:
    """A program in a folder, its output appended to a log file, FOLDER/NAME.log unless told otherwise."""

    def __init__(self, name, command, folder, environment=None, log_path=""):
        self.name, self.log_path = name, log_path or os.path.join(folder, name + ".log")
        with open(self.log_path, "ab") as out:
            self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            env={**os.environ, **(environment or {})})

    def wait_until(self, condition, seconds=START_SECONDS):
        """Raises AssertionError with the end of the log if the program ends first, or `condition` stays false."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None and time.monotonic() < deadline, \
                "%s did not start:\n%s" % (self.name, self.log())
            time.sleep(0.02)

    def log(self, most=4000):
        with open(self.log_path, errors="replace") as file:
            return file.read()[-most:]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self, seconds=END_SECONDS):
        """SIGTERM, and SIGKILL after some seconds."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:  # it waits for its streams
                self.kill()


def responds(address, path):
    """Whether a GET gets 200."""
    try:
        return request(address, "GET", path)[0] == 200
    except OSError:
        return False


def redis_program():
    """The path of redis-server, or nothing."""
    return shutil.which("redis-server") or shutil.which("redis-server", path="/usr/bin:/usr/sbin")


class Redis:
    """A server on loopback; new_url() names a database that nobody uses yet. Ready when the constructor returns."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="sidestream-redis.")
        self.port, self.databases = free_port(), 0
        self.process = Process("redis", [redis_program(), "--port", str(self.port), "--bind", LOCAL, "--save", "",
                                         "--databases", "1000", "--appendonly", "no", "--dir", self.folder], self.folder)
        self.process.wait_until(self.ready)

    def ready(self):
        try:
            with socket.create_connection((LOCAL, self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(100).startswith(b"+PONG")
        except OSError:
            return False

    def new_url(self):
        self.databases += 1
        return "redis://%s:%d/%d" % (LOCAL, self.port, self.databases)

    def close(self):
        self.process.end()
        shutil.rmtree(self.folder, ignore_errors=True)


class Sidestream:
    """Runs the tested binary with a configuration; a context manager. Ready once its `with` block starts.

    Borrows `admin`, the port of its admin listener in that configuration.
    """

    def __init__(self, configuration, admin):
        self.configuration, self.admin = configuration, admin

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sidestream-test-")
        path = os.path.join(self.folder.name, "sidestream.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.configuration)
        self.process = Process("sidestream", [BINARY, "--config", path], self.folder.name)
        try:
            self.process.wait_until(lambda: responds(self.admin, "/readyz"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.end(30)
        self.folder.cleanup()
