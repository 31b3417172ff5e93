"""The Sidestream under attack: its configuration, its process in a memory-limited group, its memory."""

import os
import subprocess
import tempfile

import memory_group
from loopback import BINARY, LOCAL, free_ports, request, wait_for

MIB = 1024 * 1024
MEMORY = 16 * MIB  # `server.memory`
POD = 256 * MIB  # the memory limit of the group: the chart's

CONFIGURATION = """
server: {{ listen: "127.0.0.1:{port}", admin: "127.0.0.1:{admin}", memory: 16MiB, drain: 0s{server} }}
connectors:
  local: {{ embedded: {{ retention: {{ bytes: {retention} }} }} }}
{connectors}
topics:
  honest: {{ from: {honest}, {log}: honest, publish: true }}
  other: {{ from: {honest}, {log}: other, publish: true }}
{topics}
"""


class Target:
    """A context manager. `honest`: the connector of the honest reader's topics; `files`: its limit of descriptors."""

    def __init__(self, topics="", server="", redis=None, kafka=None, honest="local", files=None, retention="256MiB"):
        self.port, self.admin = free_ports(2)
        self.redis = redis
        self.honest = honest
        connectors = []
        if redis:
            connectors.append('  redis: { redis: { url: "redis://127.0.0.1:%d" } }' % redis.port)
        if kafka:
            connectors.append('  kafka: { kafka: { bootstrap.servers: "%s" } }' % kafka.address)
        self.configuration = CONFIGURATION.format(
            port=self.port, admin=self.admin, honest=honest, topics=topics, retention=retention,
            log="topic" if honest == "kafka" else "stream",
            server=", " + server if server else "", connectors="\n".join(connectors))
        self.descriptors = files

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sidestream-attack-")
        path = self.path("sidestream.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.configuration)
        self.group = memory_group.create(POD)
        steps = ["ulimit -n %d" % self.descriptors] if self.descriptors else []
        if self.group:
            steps.append('echo $$ > "%s/cgroup.procs"' % self.group)
        steps.append('exec "%s" --config "%s"' % (BINARY, path))
        with open(self.path("log"), "wb") as log:
            self.process = subprocess.Popen(["sh", "-c", " && ".join(steps)], stdin=subprocess.DEVNULL, stderr=log)
        try:
            wait_for(lambda: request(self.admin, "GET", "/readyz")[0] == 200, "Sidestream to be ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)
        if self.group:
            memory_group.remove(self.group)
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def log(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def is_alive(self):
        return self.process.poll() is None

    def memory(self, field="VmRSS"):
        """Bytes in memory now (VmRSS) or at most so far (VmHWM); 0 if it has died."""
        try:
            with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
                return next((int(line.split()[1]) * 1024 for line in file if line.startswith(field + ":")), 0)
        except OSError:
            return 0

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as file:
            return sum(map(int, file.read().split()[13:15])) / os.sysconf("SC_CLK_TCK")

    def request(self, method, path, body=None, headers=None):
        return request(self.port, method, path, body, headers)

    def address(self):
        return (LOCAL, self.port)
