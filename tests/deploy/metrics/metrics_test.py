"""`promtool check metrics` accepts /metrics, idle and after traffic, and its names follow our rules."""

import re
import shutil
import subprocess

import pytest
from loopback import free_ports, request
from processes import Sidestream
from sse import Stream

CONFIGURATION = """
server: { listen: "127.0.0.1:%d", admin: "127.0.0.1:%d", console: true }
connectors:
  local: { embedded: {} }
  away: { redis: { url: "redis://127.0.0.1:1" } }
topics:
  orders: { from: local, publish: true }
  silent: { from: away, stream: silent }
"""
PATH = "/events/orders"


def metrics(admin):
    return request(admin, "GET", "/metrics")[1]


def make_traffic(port):
    """Moves most of the metrics: events, a resume, an invalid id, a 404."""
    with Stream(port, PATH) as stream:
        stream.wait_for("stream-open")
        request(port, "POST", PATH, b"hello")
        first = stream.wait_for_data("hello").id
    request(port, "POST", PATH + "?event=note", b"again")
    with Stream(port, PATH, last_event_id=first) as stream:
        stream.wait_for_data("again")
    with Stream(port, PATH, last_event_id="garbage!") as stream:
        stream.wait_for("stream-reset")
    assert request(port, "GET", "/events/nothing")[0] == 404


@pytest.fixture(scope="module")
def scrapes():
    """The texts of /metrics, idle and after traffic with one stream open."""
    port, admin = free_ports(2)
    with Sidestream(CONFIGURATION % (port, admin), admin):
        idle = metrics(admin)
        make_traffic(port)
        with Stream(port, PATH):
            return {"idle": idle, "after traffic": metrics(admin)}


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
@pytest.mark.parametrize("when", ("idle", "after traffic"))
def test_promtool_accepts(scrapes, when):
    done = subprocess.run(["promtool", "check", "metrics"], input=scrapes[when], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr


def test_names_begin_with_sidestream_or_process(scrapes):
    names = set(re.findall(r"^# TYPE (\S+)", scrapes["after traffic"], re.M))
    assert any(name.startswith("sidestream_") for name in names)
    assert not [name for name in names if not name.startswith(("sidestream_", "process_", "exposer_"))]


def test_unknown_paths_become_no_label(scrapes):
    assert "nothing" not in scrapes["after traffic"]
