"""The image in a hardened container: what it may do, and that it serves, drains and ends there."""

import contextlib
import http.client
import json
import os
import re
import resource
import socket
import tempfile
import time

from report import Failure, expect
from store import podman

MEMORY = 64 * 1024 * 1024
CONFIGURATION = """
server: { listen: "127.0.0.1:%d", admin: "127.0.0.1:%d", drain: 2s }
connectors:
  local: { embedded: {} }
topics:
  hello: { from: local, publish: true }
"""


def options(memory=MEMORY, user="65532:65532"):
    files = min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    return ["--network", "host", "--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt",
            "no-new-privileges", "--user", user, "--memory", str(memory), "--pids-limit", "64",
            # Or the runtime would try to raise what a nested machine may not.
            "--ulimit", "nofile=%d:%d" % (files, files), "--ulimit", "nproc=4096:4096"]


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def request(port, method, path, body=None):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def eventually(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if condition():
                return
        time.sleep(0.05)
    raise Failure("not within %d s: %s" % (seconds, what))


class Container:
    """One that runs; removed at the end of the `with`."""

    def __init__(self, image, **hardening):
        self.listen, self.admin = free_ports(2)
        self.folder = tempfile.TemporaryDirectory(prefix="sidestream-image.")
        os.chmod(self.folder.name, 0o755)
        path = os.path.join(self.folder.name, "sidestream.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION % (self.listen, self.admin))
        self.id = podman("run", "-d", *options(**hardening), "-v", path + ":/etc/sidestream/sidestream.yaml:ro", image)

    def __enter__(self):
        try:
            eventually(lambda: request(self.admin, "GET", "/livez")[0] == 200, "an answer of /livez")
        except Failure:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        podman("rm", "-f", "-t", "0", self.id)
        self.folder.cleanup()

    def state(self):
        return json.loads(podman("inspect", self.id))[0]["State"]

    def stream(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.listen, timeout=20)
        connection.request("GET", "/events/hello")
        return connection.getresponse()


def read_until(stream, wanted):
    lines = []
    while True:
        line = stream.readline().decode()
        expect(line, "the stream ended without %r:\n%s" % (wanted, "".join(lines)))
        lines.append(line)
        if wanted in line:
            return


def serves(image):
    with Container(image) as container:
        stream = container.stream()
        read_until(stream, "stream-open")
        status, answer = request(container.listen, "POST", "/events/hello", "from the container")
        expect(status == 201, "POST: %d %s" % (status, answer))
        read_until(stream, "data: from the container")
        budget = re.search(r"^sidestream_memory_budget_bytes (\S+)$", request(container.admin, "GET", "/metrics")[1], re.M)
        expect(float(budget.group(1)) == MEMORY / 2, "a memory budget of " + budget.group(1))


def is_confined(image):
    with Container(image) as container:
        process = "/proc/%d/" % container.state()["Pid"]
        with open(process + "status", encoding="ascii") as file:
            status = dict(line.rstrip().split(":\t", 1) for line in file if ":\t" in line)
        for field in ("Uid", "Gid"):
            expect(set(status[field].split()) == {"65532"}, field + " " + status[field])
        for field in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            expect(int(status[field], 16) == 0, field + " " + status[field])
        expect(status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", "NoNewPrivs or seccomp is off")
        with open(process + "mountinfo", encoding="utf-8") as file:
            roots = [line.split() for line in file if line.split()[4] == "/"]
        expect(roots and "ro" in roots[-1][5].split(","), "the root is writable")


def runs_as_anyone(image):
    """Platforms that choose the user themselves give a high uid in group 0."""
    with Container(image, user="1000650000:0") as container:
        expect(request(container.admin, "GET", "/readyz")[0] == 200, "not ready")


def drains_by_exec(image):
    with Container(image) as container:
        stream = container.stream()
        read_until(stream, "stream-open")
        podman("exec", container.id, "/sidestream", "--drain", "--config", "/etc/sidestream/sidestream.yaml")
        eventually(lambda: request(container.admin, "GET", "/readyz")[0] == 503, "503 from /readyz", 5)
        read_until(stream, "stream-shutdown")
        read_until(stream, '"reason":"drain"')
        expect(container.state()["Running"], "the drain ended the process")


def ends_by_sigterm(image):
    with Container(image) as container:
        stream = container.stream()
        read_until(stream, "stream-open")
        began = time.monotonic()
        podman("stop", "-t", "20", container.id)
        read_until(stream, "stream-shutdown")
        expect(time.monotonic() - began < 10, "it took %.1f s" % (time.monotonic() - began))
        expect(container.state()["ExitCode"] == 0, "exit %d" % container.state()["ExitCode"])
