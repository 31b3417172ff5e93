"""The one client for Server-Sent Events of the Python suites."""

import contextlib
import dataclasses
import http.client
import json
import socket
import threading
import time

from loopback import SECONDS, connection_to


@dataclasses.dataclass
class Event:
    name: str
    data: str
    id: str      # the last one seen, as a browser has it
    retry: int   # milliseconds, or None
    at: float    # time.monotonic() when it was complete


class Parser:
    """Bytes of an event stream to events."""

    def __init__(self, last_event_id=""):
        self.id = last_event_id
        self.rest = b""
        self.clear()

    def clear(self):
        self.name, self.data, self.retry = "", [], None

    def feed(self, piece):
        """The events that are complete with this piece."""
        *lines, self.rest = (self.rest + piece).split(b"\n")
        return [event for event in map(self.take, lines) if event]

    def take(self, line):
        line = line.removesuffix(b"\r").decode(errors="replace")
        if not line:
            event = Event(self.name or "message", "\n".join(self.data), self.id, self.retry, time.monotonic())
            found = event if self.data else None
            self.clear()
            return found
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self.name = value
        elif field == "data":
            self.data.append(value)
        elif field == "id":
            self.id = value
        elif field == "retry":
            self.retry = int(value)
        return None


class Stream:
    """One response, read by a thread as it comes: its pieces, and the events in them.

    `ended` is empty while it is open, `end` after a complete body, else why it broke.
    """

    def __init__(self, address, path, method="GET", message=None, last_event_id="", headers=None):
        self.changed = threading.Condition()
        self.pieces, self.events, self.ended = [], [], ""  # pieces: (moment, bytes)
        self.parser = Parser(last_event_id)
        connection = connection_to(address)
        headers = dict(headers or {})
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        if message is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, None if message is None else json.dumps(message), headers)
        self.socket = connection.sock
        self.response = connection.getresponse()
        self.type = self.response.getheader("Content-Type", "")
        assert self.response.status == 200, "%s %s: %d" % (method, path, self.response.status)
        self.socket.settimeout(None)  # a stream may be silent
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        why = "end"
        try:
            while piece := self.response.read1(65536):
                with self.changed:
                    self.pieces.append((time.monotonic(), piece))
                    self.events += self.parser.feed(piece)
                    self.changed.notify_all()
        except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
            why = "broken: %r" % error
        with self.changed:
            self.ended = why
            self.changed.notify_all()

    @property
    def last_event_id(self):
        return self.parser.id

    def body(self):
        return b"".join(piece for _, piece in self.pieces)

    def named(self, *names):
        return [event for event in self.events if event.name in names]

    def messages(self, name):
        """The JSON of the events of that name."""
        return [json.loads(event.data) for event in self.named(name)]

    def wait(self, condition, what, seconds=SECONDS):
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), seconds), \
                "waited %d s for %s; ended: %s; events: %s" % (
                    seconds, what, self.ended or "no", [(e.name, e.data) for e in self.events[-5:]])

    def wait_for(self, name, count=1):
        self.wait(lambda stream: len(stream.named(name)) >= count, "%d of %s" % (count, name))

    def wait_for_data(self, data):
        """The first event with that data."""
        self.wait(lambda stream: any(event.data == data for event in stream.events), "data " + data)
        return next(event for event in self.events if event.data == data)

    def wait_for_end(self):
        self.wait(lambda stream: stream.ended, "the end")
        assert self.ended == "end", self.ended

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()
        self.response.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
