"""The processes of a pod: an app, the Sidestream in front of it, and the Redis that all of them share."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from client import Failure, request
from install import LOCAL, ROOT

sys.path.insert(0, os.path.join(ROOT, "tests", "support", "python"))
from sidestream_process import BINARY, free_port, free_ports  # noqa: E402

START_SECONDS = 60


class Process:
    def __init__(self, name, command, folder, log, environment):
        self.name, self.log_path = name, log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            env={**os.environ, **environment})

    def await_that(self, condition):
        deadline = time.monotonic() + START_SECONDS
        while not condition():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure("%s did not start:\n%s" % (self.name, self.log()))
            time.sleep(0.02)

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()[-3000:]

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:  # it waits for its streams
                self.process.kill()
                self.process.wait()


def answers(address, path):
    try:
        return request(address, "GET", path)[0] == 200
    except OSError:
        return False


def redis_server():
    return shutil.which("redis-server") or shutil.which("redis-server", path="/usr/bin:/usr/sbin")


class Redis:
    """One server; each pod gets a database of its own."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="sidestream-redis.")
        self.port, self.databases = free_port(), 0
        command = [redis_server(), "--port", str(self.port), "--bind", LOCAL,
                   "--save", "", "--appendonly", "no", "--dir", self.folder]
        self.process = Process("redis", command, self.folder, os.path.join(self.folder, "log"), {})
        self.process.await_that(self.ready)

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


class Pod:
    """Ready when the constructor returns. `front` is what a browser sees, `behind` the app itself."""

    def __init__(self, app, unix, redis_url):
        self.app = app
        self.folder = tempfile.mkdtemp(prefix="sidestream-backends.")
        self.front_port, self.app_port, admin_port = free_ports(3)
        self.socket = os.path.join(self.folder, "app.sock") if unix else ""
        self.front = "http://%s:%d" % (LOCAL, self.front_port)
        self.behind = "unix:" + self.socket if unix else "http://%s:%d" % (LOCAL, self.app_port)
        self.environment = {
            "SIDESTREAM_PORT": str(self.front_port), "SIDESTREAM_ADMIN_PORT": str(admin_port),
            "SIDESTREAM_URL": self.front, "SIDESTREAM_DATA": self.folder,
            "UPSTREAM": self.behind, "REDIS_URL": redis_url}
        self.admin = "http://%s:%s" % (LOCAL, self.environment["SIDESTREAM_ADMIN_PORT"])
        self.processes = []
        try:
            self.start_sidestream()
            self.start_app()
        except BaseException:
            self.close()
            raise

    def start_sidestream(self):
        self.sidestream = Process("sidestream", [BINARY, "--config", self.app.config()], self.folder,
                                  os.path.join(self.folder, "sidestream.log"), self.environment)
        self.processes.append(self.sidestream)
        self.sidestream.await_that(lambda: answers(self.admin, "/readyz"))

    def start_app(self):
        command, environment = self.app.command(self.app_port, self.socket)
        self.app_process = Process(self.app.name, command, self.app.folder, os.path.join(self.folder, "app.log"),
                                   {**self.environment, **environment})
        self.processes.append(self.app_process)
        self.app_process.await_that(lambda: answers(self.behind, "/healthz"))

    def restart_app(self):
        self.app_process.end()
        self.start_app()

    def kill_sidestream(self):
        self.sidestream.process.kill()
        self.sidestream.process.wait()

    def logs(self):
        return "".join("\n---- %s\n%s" % (process.name, process.log()) for process in self.processes[:2])

    def close(self):
        for process in reversed(self.processes):
            process.end()
        shutil.rmtree(self.folder, ignore_errors=True)
