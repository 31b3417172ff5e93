"""The image in a hardened container: what it may do, and that it serves, drains and ends there."""

import json
import os
import re
import resource
import tempfile
import time

from loopback import free_ports, request, wait_for
from sse import Stream
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
            # Otherwise the runtime tries to raise limits, which a nested machine may not.
            "--ulimit", "nofile=%d:%d" % (files, files), "--ulimit", "nproc=4096:4096"]


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
            wait_for(lambda: request(self.admin, "GET", "/livez")[0] == 200, "an answer of /livez")
        except TimeoutError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        podman("rm", "-f", "-t", "0", self.id)
        self.folder.cleanup()

    def state(self):
        return json.loads(podman("inspect", self.id))[0]["State"]

    def stream(self):
        """A stream that is open."""
        stream = Stream(self.listen, "/events/hello")
        stream.wait_for("stream-open")
        return stream


def serves(image):
    with Container(image) as container, container.stream() as stream:
        status, answer = request(container.listen, "POST", "/events/hello", "from the container")
        assert status == 201, "POST: %d %s" % (status, answer)
        stream.wait_for_data("from the container")
        budget = re.search(r"^sidestream_memory_budget_bytes (\S+)$", request(container.admin, "GET", "/metrics")[1], re.M)
        assert float(budget.group(1)) == MEMORY / 2, "a memory budget of " + budget.group(1)


def is_confined(image):
    with Container(image) as container:
        process = "/proc/%d/" % container.state()["Pid"]
        with open(process + "status", encoding="ascii") as file:
            status = dict(line.rstrip().split(":\t", 1) for line in file if ":\t" in line)
        for field in ("Uid", "Gid"):
            assert set(status[field].split()) == {"65532"}, field + " " + status[field]
        for field in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(status[field], 16) == 0, field + " " + status[field]
        assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", "NoNewPrivs or seccomp is off"
        with open(process + "mountinfo", encoding="utf-8") as file:
            roots = [line.split() for line in file if line.split()[4] == "/"]
        assert roots and "ro" in roots[-1][5].split(","), "the root is writable"


def runs_as_anyone(image):
    """Some platforms choose a high uid in group 0."""
    with Container(image, user="1000650000:0") as container:
        assert request(container.admin, "GET", "/readyz")[0] == 200, "not ready"


def drains_by_exec(image):
    with Container(image) as container, container.stream() as stream:
        podman("exec", container.id, "/sidestream", "--drain", "--config", "/etc/sidestream/sidestream.yaml")
        wait_for(lambda: request(container.admin, "GET", "/readyz")[0] == 503, "503 from /readyz", 5)
        stream.wait_for("stream-shutdown")
        assert '"reason":"drain"' in stream.named("stream-shutdown")[0].data
        assert container.state()["Running"], "the drain ended the process"


def ends_by_sigterm(image):
    with Container(image) as container, container.stream() as stream:
        began = time.monotonic()
        podman("stop", "-t", "20", container.id)
        stream.wait_for("stream-shutdown")
        assert time.monotonic() - began < 10, "it took %.1f s" % (time.monotonic() - began)
        assert container.state()["ExitCode"] == 0, "exit %d" % container.state()["ExitCode"]
