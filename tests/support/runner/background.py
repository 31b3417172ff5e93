"""What runs beside the tests: the builds of the presets, one after the other, and the Kafka broker."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from process import TAG
from suites import LOGS, ROOT


class Builds:
    """Builds the presets in order. All but the first are niced, as tests run beside them."""

    def __init__(self, presets, tag, say):
        self.done = {preset: threading.Event() for preset in presets}
        self.errors = {}
        self.tag, self.say = tag, say
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        first = next(iter(self.done.values()))
        for preset, done in self.done.items():
            began = time.monotonic()
            nice = [] if done is first else ["nice", "-n", "19"]
            command = nice + [os.path.join(ROOT, "tests", "support", "build"), "--tests", preset]
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, env={**os.environ, TAG: self.tag})
            if ended.returncode:
                self.errors[preset] = ended.stdout
            self.say(preset, "build", "failed" if ended.returncode else "done", time.monotonic() - began)
            done.set()

    def wait(self, preset):
        """The error text, or nothing."""
        while not self.done[preset].wait(1):
            pass
        return self.errors.get(preset)


class Broker:
    """One Kafka broker for the whole run; `address` is None if it did not start."""

    def __init__(self, tag, say):
        self.address = self.error = self.process = None
        self.tag, self.say = tag, say
        self.folder = tempfile.mkdtemp(prefix="sidestream-kafka.")
        self.log = os.path.join(LOGS, "kafka.log")
        self.ready = threading.Event()
        threading.Thread(target=self.start, daemon=True).start()

    def start(self):
        began = time.monotonic()
        try:
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            with open(self.log, "w") as log:
                self.process = subprocess.Popen(
                    [os.path.join(ROOT, "tests", "support", "kafka", "start"), self.folder, str(port)],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                    env={**os.environ, TAG: self.tag})
            self.await_port(port, time.monotonic() + 300)  # the first time it fetches 44 MiB
            self.address = "127.0.0.1:%d" % port
            self.say("", "kafka broker", self.address, time.monotonic() - began)
        except (OSError, RuntimeError) as trouble:
            self.error = "no Kafka broker: %s; its log: %s" % (trouble, self.log)
        self.ready.set()

    def await_port(self, port, deadline):
        while True:
            if self.process.poll() is not None:
                raise RuntimeError("it ended with %d" % self.process.returncode)
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
