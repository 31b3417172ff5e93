"""Attacks on what connections share: places of the app, descriptors, the time of an event loop."""

import contextlib
import itertools
import multiprocessing
import socket
import string

from attackers import connect, hold, receive
from attack_run import run_attack
from loopback import LOCAL
from target import Target


def serve(listener):
    """An app: answers each request, once its body is there, with its head."""
    import asyncio

    async def answer(reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(line.split(b":")[1]) for line in head.splitlines()
                               if line.lower().startswith(b"content-length:")), 0)
                await reader.readexactly(length)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(head) + head)

    async def run():
        await (await asyncio.start_server(answer, sock=listener)).serve_forever()

    asyncio.run(run())


@contextlib.contextmanager
def app():
    """The setting of a running app."""
    with socket.create_server((LOCAL, 0), backlog=2000) as listener:
        process = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
        process.start()
        try:
            yield 'upstream: { url: "http://127.0.0.1:%d" }' % listener.getsockname()[1]
        finally:
            process.terminate()
            process.join()


def test_slow_bodies_of_the_app():
    with app() as upstream, Target(server=upstream) as target:
        slow = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx"
        page = b"GET / HTTP/1.1\r\nHost: honest\r\nConnection: close\r\n\r\n"
        run_attack(target, hold, target.port, 1030, slow, probe=(page, b" 200 "))


def test_idle_connections_take_all_descriptors():
    with Target(server="max_connections: 500", files=756) as target:
        run_attack(target, hold, target.port, 900, b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
        lines = target.log().count("accept")
        assert lines <= 60, "%d log lines about refused connections" % lines


def test_long_ids_of_many_topics():
    topics = "&".join("topic=t%d" % number for number in range(1000))
    id_ = "~~".join("%s~1" % "".join(name) for name in itertools.islice(
        itertools.product(string.ascii_lowercase, repeat=3), 6800))
    head = "GET /events?%s HTTP/1.1\r\nHost: h\r\nLast-Event-ID: %s\r\n\r\n" % (topics, id_)
    with Target("\n".join("  t%d: { from: local }" % number for number in range(1000))) as target:
        before = target.cpu_seconds()
        for _ in range(20):
            connection = connect(target.port, head.encode())
            response = receive(connection, 99)
            connection.close()
        used = target.cpu_seconds() - before
        assert used < 0.4, "%.2f s of CPU for 20 requests" % used
        assert response.startswith(b"HTTP/1.1 400"), response


def test_headers_that_name_the_client():
    with app() as upstream, Target(server=upstream) as target:
        names = ("Proxy", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP", "X-Original-URL", "X-Rewrite-URL")
        seen = target.request("GET", "/", headers={name: "forged" for name in names})[1]
        passed = [name for name in names if name.lower() in seen.lower()]
        assert not passed, "passed to the app: " + ", ".join(passed)
