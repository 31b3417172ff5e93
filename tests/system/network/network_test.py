"""Streams of clients that vanish without a FIN end within a minute; that of a client that only stops reading stays.

Each client runs in a network namespace of its own (needs root and iproute2). From the moment of the fault a namespace
receives everything and sends nothing: its route back is a black hole.
"""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from loopback import connection_to, free_ports, request
from processes import Sidestream

CONFIGURATION = """
server: { listen: "0.0.0.0:%d", admin: "127.0.0.1:%d" }
connectors:
  local: { embedded: {} }
topics:
  silent: { from: local }
  busy: { from: local, publish: true, log: 1MiB }
"""
# Reads a stream for ever, or reads its head and then stops.
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
LIMIT = 60  # seconds: README
SUBNETS = random.randrange(0, 250, 10)  # most likely none of another run on this machine


def ip(*arguments):
    subprocess.run(("ip",) + arguments, check=True, capture_output=True, text=True)


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def remove_leftovers():
    """Namespaces of a killed run: their interfaces may have our addresses while one of its clients runs."""
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


def publish(port, count):
    connection = connection_to(port)
    for _ in range(count):
        connection.request("POST", "/events/busy", RECORD)
        response = connection.getresponse()
        response.read()
        assert response.status == 201, response.status
    connection.close()


def subscribers(admin):
    topics = json.loads(request(admin, "GET", "/topics")[1])["topics"]
    return {topic["name"]: topic["subscribers"] for topic in topics}


def why_not():
    """Why there can be no namespaces here; empty if there can."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        return "it takes root and iproute2"
    try:
        remove_leftovers()
        with namespace(9):
            return ""
    except subprocess.CalledProcessError as error:
        return "no namespaces here: " + error.stderr.strip()


def observe(port, admin, vanishing):
    """Cuts a namespace off. Seconds until the silent topic has no subscriber and the busy one a single one, where that
    happens, and the subscribers afterwards."""
    ip("-n", vanishing[0], "route", "replace", "blackhole", vanishing[1] + "/32")
    began, ends = time.monotonic(), {}
    while time.monotonic() < began + LIMIT + 15 and len(ends) < 2:
        publish(port, 1)
        now = subscribers(admin)
        for topic, left in (("silent", 0), ("busy", 1)):
            if now[topic] == left:
                ends.setdefault(topic, time.monotonic() - began)
        time.sleep(0.5)
    return ends, subscribers(admin)


@pytest.fixture(scope="module")
def outcome():
    """(subscribers before, seconds until the end by topic, subscribers after)"""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    port, admin = free_ports(2)
    with Sidestream(CONFIGURATION % (port, admin), admin), namespace(1) as vanishing, namespace(2) as staying:
        connect(vanishing, port, "/events/silent", "reads")
        connect(vanishing, port, "/events/busy", "reads")
        connect(vanishing, port, "/events/busy", "stalls")
        connect(staying, port, "/events/busy", "stalls")
        publish(port, 2000)  # more than all buffers between them take: the stalled ones are full now
        before = subscribers(admin)
        ends, after = observe(port, admin, vanishing)
    print("streams ended after", {topic: round(seconds, 1) for topic, seconds in ends.items()})
    return before, ends, after


def test_all_are_connected_before_the_fault(outcome):
    assert outcome[0] == {"silent": 1, "busy": 3}


@pytest.mark.parametrize("topic", ("silent", "busy"))
def test_streams_of_vanished_clients_end(outcome, topic):
    assert outcome[1].get(topic, LIMIT + 1) <= LIMIT, outcome[1]


def test_a_stalled_client_that_lives_is_kept(outcome):
    assert outcome[2]["busy"] == 1
