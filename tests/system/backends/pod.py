"""The processes of a pod: an app and the Sidestream in front of it."""

import json
import os
import shutil
import tempfile

from loopback import BINARY, LOCAL, free_ports, request
from processes import Process, responds


def post(address, path, message, wanted=200):
    """Sends JSON; the JSON of the response."""
    status, body = request(address, "POST", path, json.dumps(message), {"Content-Type": "application/json"})
    assert status == wanted, "POST %s: %d %r" % (path, status, body)
    return json.loads(body)


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
            "UPSTREAM": self.behind, "REDIS_URL": redis_url, "SESSION_SECRET": "0123456789abcdef",
            "ASK_SECRET": "0123456789abcdef" * 2}
        self.admin = "http://%s:%s" % (LOCAL, self.environment["SIDESTREAM_ADMIN_PORT"])
        self.processes = []
        try:
            self.start_sidestream()
            self.start_app()
        except BaseException:
            self.close()
            raise

    def start_sidestream(self):
        self.sidestream = Process("sidestream", [BINARY, "--config", self.app.config()], self.folder, self.environment)
        self.processes.append(self.sidestream)
        self.sidestream.wait_until(lambda: responds(self.admin, "/readyz"))

    def start_app(self):
        command, environment = self.app.command(self.app_port, self.socket)
        self.app_process = Process(self.app.name, command, self.app.folder, {**self.environment, **environment},
                                   os.path.join(self.folder, "app.log"))
        self.processes.append(self.app_process)
        self.app_process.wait_until(lambda: responds(self.behind, "/healthz"))

    def end_app(self):
        self.app_process.end()

    def restart_app(self):
        self.end_app()
        self.start_app()

    def kill_sidestream(self):
        self.sidestream.kill()

    def logs(self):
        return "".join("\n---- %s\n%s" % (process.name, process.log()) for process in self.processes[:2])

    def close(self):
        for process in reversed(self.processes):
            process.end()
        shutil.rmtree(self.folder, ignore_errors=True)
