"""Connections of attackers, who come from addresses of their own. A refused or closed connection is no error."""

import collections
import concurrent.futures
import socket
import time

SECONDS = 3  # how long an attack lasts at most


def connect(port, data=b"", source="127.0.0.2", timeout=2):
    """A connection on which `data` was sent, as far as it was taken; None if it was refused."""
    connection = socket.socket()
    connection.settimeout(timeout)
    try:
        connection.bind((source, 0))
        connection.connect(("127.0.0.1", port))
        connection.sendall(data)
    except OSError:
        if not connection.getsockname()[1]:
            connection.close()
            return None
    return connection


def receive(connection, size=65536):
    """What came; empty if the connection was closed or nothing came in time."""
    try:
        return connection.recv(size)
    except OSError:
        return b""


def hold(port, count, data, seconds=SECONDS):
    """So many connections with the same bytes on each, which stay open."""
    deadline, held = time.monotonic() + seconds, []
    while len(held) < count and time.monotonic() < deadline:
        held.append(connect(port, data))
    return held


def visit(port, targets, count=10**6, window=300, seconds=SECONDS):
    """Sends a GET for each target and never reads. The newest `window` connections stay open, the others close."""
    deadline, held = time.monotonic() + seconds, collections.deque()
    for number in range(count):
        if time.monotonic() > deadline:
            break
        held.append(connect(port, b"GET %s HTTP/1.0\r\n\r\n" % targets(number).encode()))
        if len(held) > window:
            oldest = held.popleft()
            if oldest:
                oldest.close()
    return held


def post(port, path, body, count, source="127.0.0.2"):
    """Publishes the body so many times on pipelined connections; returns how many were accepted."""
    message = b"POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % (path.encode(), len(body)) + body
    batch = max(1, min(count, 200, 65536 // len(message)))
    accepted, sent = 0, 0
    connection = connect(port, source=source, timeout=10)
    while connection and sent < count:
        try:
            connection.sendall(message * batch)
            responses = b""
            while responses.count(b"HTTP/1.1 ") < batch:
                received = connection.recv(65536)
                if not received:
                    return accepted
                responses += received
        except OSError:
            return accepted
        accepted += responses.count(b"HTTP/1.1 201")
        sent += batch
    return accepted


def fill(port, path, body, count, connections=8):
    """Publishes on several connections at once."""
    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        accepted = sum(pool.map(lambda _: post(port, path, body, count // connections), range(connections)))
    assert accepted >= count // 2, "%d of %d records were accepted" % (accepted, count)
