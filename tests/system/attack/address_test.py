"""Attacks by address and origin: second spellings of a path, requests of foreign pages, names of the admin port."""

import socket

import pytest

from attackers import receive
from loopback import LOCAL, request, wait_for
from target import MIB, Target

TOPICS = """
  public: { from: local, cors: { origins: ["*"] } }
  private: { from: local, publish: true }
  hidden: { path: /internal/hidden, from: local, publish: true }
  small: { from: local, publish: true, max_event: 1KiB }
"""
EVIL = {"Origin": "https://evil.example"}


@pytest.fixture(scope="module")
def target():
    with Target(TOPICS, server="console: true, drain_http: true, trusted_proxies: [127.0.0.1]") as running:
        yield running


def head(port, lines):
    """The response's head, for request lines as they are."""
    with socket.create_connection((LOCAL, port), timeout=5) as connection:
        connection.sendall("\r\n".join(lines + ["", ""]).encode())
        received = b""
        while b"\r\n\r\n" not in received:
            more = receive(connection)
            if not more:
                break
            received += more
        return received.partition(b"\r\n\r\n")[0].decode(errors="replace")


def status(port, *lines):
    answer = head(port, list(lines))
    return int(answer.split(" ")[1]) if answer else None


def get(target, path, *headers):
    return head(target.port, ["GET %s HTTP/1.1" % path, "Host: h", "Connection: close", *headers])


def test_cors_of_several_topics(target):
    answer = get(target, "/events?topic=public&topic=private", "Origin: https://evil.example").lower()
    assert "access-control-allow-origin" not in answer, answer


@pytest.mark.parametrize("path", ["/events?topic=hidden", "/./internal/hidden", "/%69nternal/hidden"])
def test_other_spelling(target, path):
    answer = get(target, path)
    assert answer.startswith("HTTP/1.1 404"), answer


@pytest.mark.parametrize("headers", [EVIL, {"Sec-Fetch-Site": "cross-site"}], ids=["origin", "fetch-site"])
def test_publish_of_a_foreign_page(target, headers):
    assert target.request("POST", "/events/private", "forged", headers)[0] == 403


def test_admin_port_under_a_foreign_name(target):
    foreign = "Host: rebind.evil.example"
    for path in ("/topics", "/metrics", "/"):
        assert status(target.admin, "GET %s HTTP/1.1" % path, foreign) == 421, path


def test_console_in_a_frame(target):
    answer = head(target.admin, ["GET / HTTP/1.1", "Host: localhost"])
    assert "frame-ancestors 'none'" in answer


def test_drain_by_get():
    with Target(server="drain_http: true") as target:
        request(target.admin, "GET", "/drain")
        assert request(target.admin, "GET", "/readyz")[0] == 200


@pytest.mark.parametrize("lines", [[], ["Host: a", "Host: b"], ["Host: a/b@c"]], ids=["none", "two", "invalid"])
def test_host_of_a_topic(target, lines):
    assert status(target.port, "GET /events/public HTTP/1.1", *lines) == 400


def test_key_and_event_name_have_limits(target):
    assert 400 <= target.request("POST", "/events/private?key=" + "k" * 50000, "x")[0] < 500
    assert 400 <= target.request("POST", "/events/private?event=" + "e" * 1000, "x")[0] < 500


def test_event_name_counts_for_max_event(redis):
    topic = "  small: { from: redis, stream: small, max_event: 1KiB, start: earliest }"
    with Target(topic, redis=redis) as target:
        redis.command("DEL", "small")
        redis.command("XADD", "small", "*", "data", "x", "event", b"e" * 3 * MIB)
        redis.command("XADD", "small", "*", "data", "last")
        with socket.create_connection(target.address(), timeout=5) as connection:
            connection.sendall(b"GET /events/small HTTP/1.0\r\nHost: h\r\n\r\n")
            received = b""
            while b"data: last" not in received[-1000:]:
                more = receive(connection)
                if not more:
                    break
                received += more
        assert len(received) < 65536, "%d bytes for events of at most 1 KiB" % len(received)
        assert b"stream-gap" in received


def test_log_lines_about_requests(target):
    for method, path in (("POST", "/events/private"), ("GET", "/events/none"), ("GET", "/events/public?tail=x")):
        target.request(method, path, "x" if method == "POST" else None, {"X-Forwarded-For": "203.0.113.9"})
    with socket.create_connection(target.address()) as stream:
        stream.sendall(b"GET /events/public HTTP/1.0\r\nHost: h\r\nX-Forwarded-For: 203.0.113.8\r\n\r\n")
        stream.recv(4096)
    def missing():
        log = target.log()
        return [what for what in ("/events/private", "/events/none", "tail", "203.0.113.8", "203.0.113.9")
                if what not in log]
    try:
        wait_for(lambda: not missing(), "log lines", 3)
    except TimeoutError:
        raise AssertionError("not in the log: %s" % ", ".join(missing())) from None
