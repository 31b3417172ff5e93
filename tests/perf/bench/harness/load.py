"""The load generator (bench_load), driven over its standard input and output."""

import json
import subprocess

from harness import machine


class Load:
    """Subscribers of one server, connected while this object lives."""

    def __init__(self, server, subscribers, path=None, resume=None, wait=True, own=None, tokens=None):
        self.server = server
        command = [machine.LOAD, "--server", server.address, "--path", path or server.path,
                   "--subscribers", str(subscribers)]
        if resume is not None:
            command += ["--resume", resume]
        if own is not None:
            command += ["--own", own]
        if tokens is not None:
            command += ["--tokens", tokens]
        if server.cipher is not None:
            command += ["--tls", server.cipher]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.subscribers = subscribers
        self.opened = self.read() if wait else None
        if wait and self.opened["connected"] != subscribers:
            raise RuntimeError("%s: %s of %d subscribers connected" % (server.name, self.opened, subscribers))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("%s: the load generator has ended" % self.server.name)
        return json.loads(line)

    def publish(self, events, size=100, rate=0, burst=1, connections=1, window=0, options=None):
        """Publishes and waits until everybody has all of it. The answer has the server's CPU seconds beside it."""
        before = self.server.cpu()
        self.start_publishing(events, size, rate, burst, connections, window, options)
        report = self.read()
        report["cpu_seconds"] = self.server.cpu() - before
        if report["error"]:
            raise RuntimeError("%s: %s" % (self.server.name, report["error"]))
        return report

    def start_publishing(self, events, size=100, rate=0, burst=1, connections=1, window=0, options=None):
        self.say("publish %s --events %d --size %d --rate %f --burst %d --connections %d --window %d"
                 % (options or self.server.publish_options(), events, size, rate, burst, connections, window))

    def await_events(self, events):
        self.say("wait %d" % events)
        return self.read()


def must_be_right(server, report, complete=True):
    """Nothing lost, nothing twice; a server that may lose is not checked for completeness."""
    if report["wrong"] or (complete and not report["complete"]):
        raise RuntimeError("%s lost or repeated events: %s" % (server.name, report))
