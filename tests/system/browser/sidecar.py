"""A Sidestream under test: the real binary, its log in a file, on free loopback ports."""

import atexit
import http.client
import json
import os
import shutil
import tempfile
import threading
import urllib.parse
import urllib.request

from loopback import BINARY, connection_to, free_ports
from processes import Process, responds

CONFIG = """
server:
  listen: "127.0.0.1:{port}"
  admin: "127.0.0.1:{admin}"
  console: true
  heartbeat: 1s
  retry: 500ms..900ms
  drain: 1s
  max_connections: {max_connections}
  cors: {{ origins: ["*"] }}
connectors:
  local: {{ embedded: {{ path: "{folder}/log.db" }} }}
topics:
  numbers: {{ from: local, publish: true }}
  small:   {{ from: local, publish: true, max_event: 1KiB }}
  silent:  {{ from: local }}
  job:     {{ from: local, publish: true, end: {{ event: done }} }}
  rooms:
    path: /rooms/{{room}}
    from: local
    stream: "room:{{room}}"
    publish: true
"""


class Sidestream:
    """Ready when the constructor returns. Survives kill() and start() on its ports."""

    def __init__(self, max_connections=1000, config=None, environment=None):
        self.folder = tempfile.mkdtemp(prefix="sidestream-browser-")
        self.port, self.admin = free_ports(2)
        self.config = config or os.path.join(self.folder, "sidestream.yaml")
        self.environment = dict(
            os.environ,
            SIDESTREAM_PORT=str(self.port),
            SIDESTREAM_DATA=self.folder,
            SIDESTREAM_ADMIN_PORT=str(self.admin),
            **(environment or {}),
        )
        if not config:
            with open(self.config, "w") as file:
                file.write(
                    CONFIG.format(
                        port=self.port,
                        admin=self.admin,
                        folder=self.folder,
                        max_connections=max_connections,
                    )
                )
        self.process = None
        atexit.register(self.close)  # an interrupted run leaves nothing behind
        self.start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    @property
    def console(self):
        return "http://127.0.0.1:%d" % self.admin

    def start(self):
        self.process = Process(
            "sidestream", [BINARY, "--config", self.config], self.folder, self.environment
        )
        self.process.wait_until(lambda: responds(self.admin, "/readyz"))

    def log(self):
        return self.process.log()

    def kill(self):
        self.process.kill()

    def drain(self, seconds=10):
        """SIGTERM; returns the exit code."""
        self.process.process.terminate()
        return self.process.process.wait(seconds)

    def close(self):
        atexit.unregister(self.close)
        if self.process and self.process.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, method, path, body=None, port=None):
        """Status, content type and body of one request; to the public port by default."""
        connection = connection_to(port or self.port)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type"), answer.read()
        finally:
            connection.close()

    def publish(self, path, data, event=""):
        """The id of the record."""
        query = ("&" if "?" in path else "?") + "event=" + urllib.parse.quote(event) if event else ""
        status, _, body = self.request("POST", path + query, data.encode())
        if status != 201:
            raise AssertionError("POST %s: %d %r" % (path, status, body))
        return json.loads(body)["id"]

    def until_published(self, path, count):
        """Reads a stream from the earliest record until so many ids have come."""
        with urllib.request.urlopen(self.url + path + "?from=earliest", timeout=20) as stream:
            ids = set()
            while len(ids) < count:
                line = stream.readline()
                if line.startswith(b"id:"):
                    ids.add(line)

    def topics(self):
        answer = json.loads(self.request("GET", "/topics", port=self.admin)[2])
        return {topic["name"]: topic for topic in answer["topics"]}


class Numbers:
    """Publishes 0, 1, 2 ... to a topic until stop(), whatever happens to the sidecar meanwhile.

    A POST whose answer was lost is repeated, so a number may stand in the log twice; what each
    reader must see is every id exactly once. `acknowledged` says which ids are there for certain.
    """

    def __init__(self, sidecar, path="/events/numbers", per_second=40):
        self.acknowledged = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(
            target=self.run, args=(sidecar, path, per_second), daemon=True
        )
        self.thread.start()

    def run(self, sidecar, path, per_second):
        number = 0
        while not self.stopping.wait(1 / per_second):
            try:
                self.acknowledged.append(sidecar.publish(path, json.dumps({"n": number})))
                number += 1
            except (OSError, http.client.HTTPException, AssertionError):
                continue

    def stop(self):
        """The ids that were acknowledged."""
        self.stopping.set()
        self.thread.join()
        return self.acknowledged
