"""What `./quickstart usechat` starts: a server of files for the page, workers, and Sidestream, on a database of their own."""

import json
import os
import shutil
import subprocess
import sys

from loopback import BINARY, LOCAL, ROOT, free_ports, request
from processes import Process, responds

DEMO = os.path.join(ROOT, "demo")
BUILD = os.path.join(ROOT, "build", "usechat")


def install():
    """Why the app can't run here; empty when it is in BUILD."""
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            return tool + " is not installed"
    done = subprocess.run([os.path.join(DEMO, "usechat", "build"), BUILD], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return "demo/usechat/build: " + done.stderr[-300:] if done.returncode else ""


class Stage:
    """Ready when start() returns. Sidestream survives kill(), drain() and start() on its ports."""

    def __init__(self, url, folder, word_seconds):
        self.folder = folder
        self.listen, self.admin, app = free_ports(3)
        self.environment = {"SIDESTREAM_PORT": str(self.listen), "SIDESTREAM_ADMIN_PORT": str(self.admin),
                            "SIDESTREAM_APP_PORT": str(app), "SIDESTREAM_REDIS_URL": url, "REDIS_URL": url,
                            "UI_MESSAGES": "1", "WORD_SECONDS": str(word_seconds)}
        command = [sys.executable, "-m", "http.server", "--bind", LOCAL, "--directory", os.path.join(BUILD, "page"), str(app)]
        self.processes = [Process("app", command, folder)]
        self.processes[0].wait_until(lambda: responds(app, "/"))

    def start(self):
        command = [BINARY, "--config", os.path.join(DEMO, "usechat.yaml")]
        self.sidestream = Process("sidestream", command, self.folder, self.environment)
        self.processes.append(self.sidestream)
        self.sidestream.wait_until(lambda: responds(self.admin, "/readyz"))

    def start_worker(self):
        name = "worker-%d" % len(self.processes)
        worker = Process(name, ["node", os.path.join(BUILD, "worker.mjs")], self.folder, self.environment)
        self.processes.append(worker)
        return worker

    def chat(self, name):
        """The page's address."""
        return "http://%s:%d/#%s" % (LOCAL, self.listen, name)

    def current(self, chat, method="GET"):
        """Status and body where the chat resumes."""
        return request(self.listen, method, "/api/chat/%s/stream" % chat)

    def events(self, location):
        """Names of the events that are there of an answer."""
        status, body = request(self.listen, "GET", location + "?from=earliest&poll=0s")
        assert status == 200, body
        return [event["event"] for event in json.loads(body)["events"]]

    def close(self):
        for process in self.processes:
            if process.process.poll() is None:
                process.kill()
