"""What the Python suites share: free ports, waiting, requests, and a Sidestream on loopback.

A suite finds this folder by `sys.path.insert(0, ROOT/tests/support/python)`.
"""

import http.client
import os
import socket
import subprocess
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BINARY = os.environ.get("SIDESTREAM_BINARY") or os.path.join(ROOT, "build", "release", "sidestream")
LOCAL = "127.0.0.1"


def free_ports(count):
    """So many different ports that nothing listens on."""
    sockets = [socket.create_server((LOCAL, 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def free_port():
    return free_ports(1)[0]


def wait_for(condition, what, seconds=20, interval=0.05):
    """The first truthy result of `condition`. A refused or broken connection counts as false. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = condition()
            if found:
                return found
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > deadline:
            raise TimeoutError("timed out after %d s: %s" % (seconds, what))
        time.sleep(interval)


def request(port, method, path, body=None, headers=None):
    """Status and text of one request on a connection of its own."""
    connection = http.client.HTTPConnection(LOCAL, port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


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
        self.process = subprocess.Popen([BINARY, "--config", path], stdin=subprocess.DEVNULL)
        try:
            wait_for(lambda: request(self.admin, "GET", "/readyz")[0] == 200, "Sidestream to be ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            self.folder.cleanup()
