"""HTTP/1.1 as the tests need it: over TCP or a Unix socket, with the moment at which each piece of a body came."""

import contextlib
import dataclasses
import http.client
import json
import socket
import threading
import time

SECONDS = 20  # that anything may take


class Failure(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Failure(text)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def connection_to(address):
    """`http://127.0.0.1:8000` or `unix:/run/app.sock`."""
    if address.startswith("unix:"):
        return UnixConnection(address.removeprefix("unix:"))
    return http.client.HTTPConnection(address.removeprefix("http://"), timeout=SECONDS)


def request(address, method, path, message=None):
    """Status and body; a message is sent as JSON."""
    connection = connection_to(address)
    try:
        body = None if message is None else json.dumps(message)
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def post(address, path, message, wanted=200):
    """The JSON of the answer."""
    status, body = request(address, "POST", path, message)
    expect(status == wanted, "POST %s: %d %r" % (path, status, body))
    return json.loads(body)


@dataclasses.dataclass
class Event:
    name: str
    data: str
    id: str  # the last one seen, as a browser has it
    at: float


class Stream:
    """One answer, read by a thread as it comes: its pieces, and the events in them."""

    def __init__(self, address, path, method="GET", message=None, last_event_id=""):
        self.changed = threading.Condition()
        self.pieces = []  # (moment, bytes)
        self.events = []
        self.last_event_id = last_event_id
        self.ended = ""  # why: `end` where the body is complete
        self.line, self.name, self.data = b"", "", []
        connection = connection_to(address)
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        if message is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, None if message is None else json.dumps(message), headers)
        self.socket = connection.sock
        self.answer = connection.getresponse()
        self.type = self.answer.getheader("Content-Type", "")
        expect(self.answer.status == 200, "%s %s: %d" % (method, path, self.answer.status))
        self.socket.settimeout(None)  # a stream may be silent
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        why = "end"
        try:
            while piece := self.answer.read1(65536):
                with self.changed:
                    self.take(piece)
                    self.changed.notify_all()
        except (OSError, ValueError, AttributeError, http.client.HTTPException) as trouble:
            why = "broken: %r" % trouble
        with self.changed:
            self.ended = why
            self.changed.notify_all()

    def take(self, piece):
        self.pieces.append((time.monotonic(), piece))
        *lines, self.line = (self.line + piece).split(b"\n")
        for line in lines:
            field, _, value = line.removesuffix(b"\r").decode(errors="replace").partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                self.name = value
            elif field == "data":
                self.data.append(value)
            elif field == "id":
                self.last_event_id = value
            elif not field and not value:
                if self.data:
                    self.events.append(
                        Event(self.name or "message", "\n".join(self.data), self.last_event_id, self.pieces[-1][0]))
                self.name, self.data = "", []

    def body(self):
        return b"".join(piece for _, piece in self.pieces)

    def named(self, *names):
        return [event for event in self.events if event.name in names]

    def messages(self, name):
        """What the events of that name carry."""
        return [json.loads(event.data) for event in self.named(name)]

    def wait(self, condition, what):
        with self.changed:
            if not self.changed.wait_for(lambda: condition(self), SECONDS):
                raise Failure("waited %d s for %s; ended: %s; events: %s" %
                              (SECONDS, what, self.ended or "no", [(e.name, e.data) for e in self.events[-5:]]))

    def wait_for(self, name, count=1):
        self.wait(lambda stream: len(stream.named(name)) >= count, "%d of %s" % (count, name))

    def wait_for_end(self):
        self.wait(lambda stream: stream.ended, "the end")
        expect(self.ended == "end", "it is " + self.ended)

    def cut(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()
        self.answer.close()
