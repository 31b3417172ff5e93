#!/usr/bin/env python3
"""`promtool check metrics` accepts /metrics: idle, and after events, a resume and errors."""

import http.client
import os
import re
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "support", "python"))
from sidestream_process import Sidestream, free_ports, request  # noqa: E402

CONFIGURATION = """
server: { listen: "127.0.0.1:%d", admin: "127.0.0.1:%d", console: true }
connectors:
  local: { embedded: {} }
  away: { redis: { url: "redis://127.0.0.1:1" } }
topics:
  orders: { from: local, publish: true }
  silent: { from: away, stream: silent }
"""
COUNTS = {"passed": 0, "failed": 0}


def test(name, passed, why=""):
    COUNTS["passed" if passed else "failed"] += 1
    if not passed:
        print("FAILED %s: %s" % (name, why))


def check(name, text):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    test("promtool, " + name, done.returncode == 0 and not done.stderr, (done.stdout + done.stderr).strip())


def read_events(port, wanted, last_event_id=""):
    """Reads a stream until `wanted` comes; returns the last id."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/events/orders", headers={"Last-Event-ID": last_event_id} if last_event_id else {})
    answer, event_id, seen = connection.getresponse(), "", False
    if not wanted:
        return connection, answer
    while not seen or not event_id:
        line = answer.readline().decode().rstrip("\n")
        seen = seen or wanted in line
        event_id = line[4:] if line.startswith("id: ") and seen else event_id
    connection.close()
    return event_id


def play(port):
    """Traffic that moves most of the metrics: events, a resume, an invalid id, errors."""
    found = []
    reader = threading.Thread(target=lambda: found.append(read_events(port, "data: hello")))
    reader.start()
    while reader.is_alive():
        request(port, "POST", "/events/orders", b"hello")
        reader.join(0.1)
    request(port, "POST", "/events/orders?event=note", b"again")
    read_events(port, "data: again", found[0])
    read_events(port, "stream-reset", "garbage!")
    test("404 for an unknown path", request(port, "GET", "/events/nothing")[0] == 404)


def main():
    if not shutil.which("promtool"):
        print("SKIPPED promtool: it is not installed\n0 passed, 0 failed, 1 skipped")
        return 0
    port, admin = free_ports(2)
    with Sidestream(CONFIGURATION % (port, admin), admin):
        check("idle", request(admin, "GET", "/metrics")[1])
        play(port)
        held = read_events(port, "")
        text = request(admin, "GET", "/metrics")[1]
        held[0].close()
    check("after traffic", text)
    names = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    test("our own names begin with sidestream_", any(n.startswith("sidestream_") for n in names) and
         all(n.startswith(("sidestream_", "process_", "exposer_")) for n in names), str(sorted(names)))
    test("unknown paths make no label", "nothing" not in text, "the path of a 404 is in the metrics")
    print("%(passed)d passed, %(failed)d failed, 0 skipped" % COUNTS)
    return 1 if COUNTS["failed"] else 0


sys.exit(main())
