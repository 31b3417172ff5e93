"""Free ports, requests and waiting: what every Python suite needs of the machine it runs on.

A suite finds this folder by `sys.path.insert(0, ROOT/tests/support/python)`, or through `pytest_suite`.
"""

import http.client
import os
import socket
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BINARY = os.environ.get("SIDESTREAM_BINARY") or os.path.join(ROOT, "build", "release", "sidestream")
LOCAL = "127.0.0.1"
SECONDS = 20  # that anything may take


def free_ports(count):
    """So many different ports that nothing listens on."""
    sockets = [socket.create_server((LOCAL, 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def free_port():
    return free_ports(1)[0]


def wait_for(condition, what, seconds=SECONDS, interval=0.05):
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


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def connection_to(address, seconds=SECONDS):
    """`address`: a port on loopback, `http://HOST:PORT`, or `unix:PATH`."""
    if isinstance(address, int):
        return http.client.HTTPConnection(LOCAL, address, timeout=seconds)
    if address.startswith("unix:"):
        return UnixConnection(address.removeprefix("unix:"), seconds)
    return http.client.HTTPConnection(address.removeprefix("http://"), timeout=seconds)


def request(address, method, path, body=None, headers=None, seconds=SECONDS):
    """Status and text of one request on a connection of its own."""
    connection = connection_to(address, seconds)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()
