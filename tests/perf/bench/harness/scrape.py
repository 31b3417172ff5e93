"""The admin port with many open logs: how long /metrics and /topics take, and what streams notice of it."""

import http.client
import selectors
import socket
import threading
import time

from harness.load import Load, must_be_right
from harness.servers import Sidestream

PAGES = ("/metrics", "/topics")


class Rooms:
    """One stream for each log of a template, open while this object lives."""

    def __init__(self, port, logs):
        self.sockets = [self.connect(port, number) for number in range(logs)]
        self.await_all()

    @staticmethod
    def connect(port, number):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(b"GET /rooms/%d HTTP/1.1\r\nHost: bench\r\n\r\n" % number)
        return connection

    def await_all(self):
        """Until each stream has its first block."""
        with selectors.DefaultSelector() as selector:
            for connection in self.sockets:
                selector.register(connection, selectors.EVENT_READ, bytearray())
            left = len(self.sockets)
            deadline = time.monotonic() + 60
            while left and time.monotonic() < deadline:
                for key, _ in selector.select(1):
                    key.data.extend(key.fileobj.recv(4096))
                    if b"stream-open" in key.data:
                        selector.unregister(key.fileobj)
                        left -= 1
            if left:
                raise RuntimeError("%d of %d streams did not open" % (left, len(self.sockets)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.sockets:
            connection.close()


class Scrapes(threading.Thread):
    """Reads both pages ten times a second until stop()."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.seconds = {page: [] for page in PAGES}
        self.stopped = threading.Event()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.stopped.wait(0.1):
            for page in PAGES:
                began = time.monotonic()
                connection.request("GET", page)
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    raise RuntimeError("%s: %d" % (page, response.status))
                self.seconds[page].append(time.monotonic() - began)

    def stop(self):
        self.stopped.set()
        self.join()


def scrape_of(kind, logs, seconds):
    with kind(threads=1) as server, Rooms(server.port, logs), Load(server, 100) as load:
        plan = dict(rate=100, events=int(100 * seconds))
        load.publish(events=20, rate=100)
        quiet = load.publish(**plan)
        must_be_right(server, quiet)
        scrapes = Scrapes(server.admin_port)
        scrapes.start()
        scraped = load.publish(**plan)
        scrapes.stop()
        must_be_right(server, scraped)
        figures = {page[1:] + "_max_ms": max(scrapes.seconds[page]) * 1000 for page in PAGES}
        return {**figures, "p99_ms": scraped["p99_ms"], "p99_ms_without": quiet["p99_ms"]}


def scrape(run):
    logs = 1000 if run.quick else min(10000, run.open_files_max - 1000)
    run.alternate("scrape", {"logs": logs}, [Sidestream], lambda kind: scrape_of(kind, logs, 2 if run.quick else 5))
