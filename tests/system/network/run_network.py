#!/usr/bin/env python3
"""Peers that vanish without a word are let go of within a minute; one that only does not read is not.

Each client runs in a network namespace of its own (needs root and iproute2). From the moment of the fault a namespace
takes what comes and answers nothing: its route back is a black hole.
"""

import contextlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BINARY = os.environ.get("SIDESTREAM_BINARY") or os.path.join(ROOT, "build", "release", "sidestream")
CONFIGURATION = """
server: { listen: "0.0.0.0:0", admin: "127.0.0.1:0" }
connectors:
  local: { embedded: {} }
topics:
  silent: { from: local }
  busy: { from: local, publish: true, log: 1MiB }
"""
# Reads a stream for ever, or takes its head and never reads again.
CLIENT = """
import socket, sys, time
host, port, path, stalls = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4] == "stalls"
s = socket.socket()
if stalls: s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect((host, port))
s.sendall(("GET %s HTTP/1.1\\r\\nHost: test\\r\\n\\r\\n" % path).encode())
s.recv(512)
print("open", flush=True)
while stalls: time.sleep(60)
while s.recv(65536): pass
"""
RECORD = b"x" * 1024
PATIENCE = 60  # seconds: README
SUBNETS = random.randrange(0, 250, 10)  # most likely none of another run on this machine
FAILED = []


def ip(*arguments):
    subprocess.run(("ip",) + arguments, check=True, capture_output=True, text=True)


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def remove_what_a_killed_run_left():
    """Its interfaces have the addresses of ours, as long as one of its clients runs."""
    for name in re.findall(r"^sidestream-\d+-\d+", output_of("ip", "netns", "list"), re.M):
        if os.path.exists("/proc/" + name.split("-")[1]):
            continue
        for client in output_of("ip", "netns", "pids", name).split():
            os.kill(int(client), signal.SIGKILL)
        ip("netns", "delete", name)


@contextlib.contextmanager
def namespace(number):
    """The name of a namespace, the host's address as it sees it, and what runs there."""
    name, link = "sidestream-%d-%d" % (os.getpid(), number), "ss%d-%d" % (os.getpid() % 100000, number)
    subnet = "10.203.%d." % (SUBNETS + number)
    host, inside = subnet + "1", subnet + "2"
    clients = []
    ip("netns", "add", name)
    try:
        ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("address", "add", host + "/24", "dev", link)
        ip("link", "set", link, "up")
        ip("-n", name, "address", "add", inside + "/24", "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        yield name, host, clients
    finally:
        for client in clients:
            client.kill()
            client.wait()
            client.stdout.close()
        ip("netns", "delete", name)  # and the link with it


def connect(space, port, path, how):
    name, host, clients = space
    command = ["ip", "netns", "exec", name, sys.executable, "-c", CLIENT, host, str(port), path, how]
    client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    clients.append(client)
    if client.stdout.readline() != "open\n":
        raise RuntimeError("no stream of %s" % path)


@contextlib.contextmanager
def sidestream(folder):
    """The ports of streams and admin of a running one."""
    path = os.path.join(folder, "sidestream.yaml")
    with open(path, "w") as file:
        file.write(CONFIGURATION)
    server = subprocess.Popen([BINARY, "--config", path], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for line in server.stderr:
            entry = json.loads(line)
            if entry["message"] == "listening":
                break
        yield [int(entry[port].rsplit(":", 1)[1]) for port in ("streams", "admin")]
    finally:
        server.terminate()
        server.wait(30)
        server.stderr.close()


def publish(port, count):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for _ in range(count):
        connection.request("POST", "/events/busy", RECORD)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status
    connection.close()


def subscribers(admin):
    connection = http.client.HTTPConnection("127.0.0.1", admin, timeout=10)
    connection.request("GET", "/topics")
    topics = json.load(connection.getresponse())["topics"]
    connection.close()
    return {topic["name"]: topic["subscribers"] for topic in topics}


def test(name, passed, why=""):
    print("%s %s%s" % ("passed" if passed else "FAILED", name, "" if passed else ": " + why))
    if not passed:
        FAILED.append(name)


def play(port, admin, vanishing, staying):
    connect(vanishing, port, "/events/silent", "reads")
    connect(vanishing, port, "/events/busy", "reads")
    connect(vanishing, port, "/events/busy", "stalls")
    connect(staying, port, "/events/busy", "stalls")
    publish(port, 2000)  # more than all buffers between take: those that stall are full now
    test("all are there", subscribers(admin) == {"silent": 1, "busy": 3}, str(subscribers(admin)))
    ip("-n", vanishing[0], "route", "replace", "blackhole", vanishing[1] + "/32")
    vanished, silent, busy = time.monotonic(), None, None
    while time.monotonic() < vanished + PATIENCE + 15:
        publish(port, 1)
        now, passed = subscribers(admin), time.monotonic() - vanished
        silent = silent or (passed if now["silent"] == 0 else None)
        busy = busy or (passed if now["busy"] == 1 else None)
        time.sleep(0.5)  # a look twice a second, until both ends of the time are known
    for name, after in (("a silent topic's reader", silent), ("a busy topic's two readers", busy)):
        test("%s that vanished: let go of after %s" % (name, after and "%.1f s" % after),
             after is not None and after <= PATIENCE, "not within %d s" % PATIENCE)
    test("a reader that does not read but lives is kept", subscribers(admin)["busy"] == 1, str(subscribers(admin)))


def main():
    if os.geteuid() != 0 or not shutil.which("ip"):
        print("SKIPPED network: it takes root and iproute2\n0 passed, 0 failed, 1 skipped")
        return 0
    try:
        remove_what_a_killed_run_left()
        with namespace(9):
            pass
    except subprocess.CalledProcessError as error:
        print("SKIPPED network: no namespaces here: %s\n0 passed, 0 failed, 1 skipped" % error.stderr.strip())
        return 0
    with tempfile.TemporaryDirectory() as folder, sidestream(folder) as (port, admin), \
            namespace(1) as vanishing, namespace(2) as staying:
        play(port, admin, vanishing, staying)
    print("%d passed, %d failed, 0 skipped" % (4 - len(FAILED), len(FAILED)))
    return 1 if FAILED else 0


sys.exit(main())
