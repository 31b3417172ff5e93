"""One stream, read by a thread as it comes."""

import contextlib
import os
import socket
import threading
import time

import events
import paths
import stage

SECONDS = 30


def open_stream(address, path, receive_buffer=0):
    """The socket, and what of the stream came with the head of the answer."""
    opened = socket.socket()
    opened.settimeout(SECONDS)
    if receive_buffer:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    opened.connect((address, stage.STREAMS))
    opened.sendall(("GET %s HTTP/1.1\r\nHost: test\r\n\r\n" % path).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = opened.recv(512)
        assert piece, "no answer to GET %s: %r" % (path, answer)
        answer += piece
    head, body = answer.split(b"\r\n\r\n", 1)
    assert b" 200 " in head.split(b"\r\n")[0], "GET %s: %r" % (path, head)
    opened.settimeout(None)
    return opened, body


class Listener:
    """`events` are (moment, Event); `ended` is when the stream was over, and `how`."""

    def __init__(self, address, path):
        self.changed = threading.Condition()
        self.parser, self.events = events.Parser(), []
        self.ended, self.how = None, ""
        self.socket, body = open_stream(address, path)
        self.thread = threading.Thread(target=self.read, args=(body,), daemon=True)
        self.thread.start()

    def read(self, piece):
        how = "end"
        try:
            while True:
                found = [(time.monotonic(), event) for event in self.parser.feed(piece)]
                with self.changed:
                    self.events += found
                    self.changed.notify_all()
                if self.parser.ended:
                    break
                piece = self.socket.recv(65536)
                if not piece:
                    how = "cut"
                    break
        except OSError as trouble:
            how = str(trouble)
        with self.changed:
            self.ended, self.how = time.monotonic(), how
            self.changed.notify_all()

    def named(self, *names):
        return [event for _, event in self.events if event.name in names]

    def data(self):
        """Of the records."""
        return [event.data for event in self.named("message")]

    def wait(self, what, condition, seconds=SECONDS):
        with self.changed:
            assert self.changed.wait_for(condition, seconds), "waited %d s for %s; ended: %s; last: %s" % (
                seconds, what, self.how or "no", self.events[-3:])

    def wait_for(self, name, seconds=SECONDS):
        self.wait(name, lambda: self.named(name), seconds)

    def wait_for_end(self, seconds=SECONDS):
        self.wait("the end", lambda: self.ended, seconds)

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Sink:
    """A stream of which only the bytes are counted."""

    def __init__(self, address, path):
        self.bytes = 0
        self.socket, _ = open_stream(address, path)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        buffer = bytearray(1 << 18)
        with contextlib.suppress(OSError):
            while count := self.socket.recv_into(buffer):
                self.bytes += count

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()


class Sleeper:
    """A stream of which nothing is read between its first block and wake(). Its records begin with their number."""

    def __init__(self, address, path):
        self.numbers, self.told, self.parser = [], [], events.Parser()
        self.history = bytearray()  # all that came
        self.socket, body = open_stream(address, path, receive_buffer=4096)
        self.take(body)
        while "stream-open" not in self.told:  # from here on it must have all records
            self.take(self.socket.recv(512))

    def take(self, piece):
        self.history += piece
        for event in self.parser.feed(piece):
            if event.name == "message":
                self.numbers.append(int(event.data[:7]))
            else:
                self.told.append(event.name)

    def wake(self, last, seconds=SECONDS):
        """Reads until the record of that number."""
        self.socket.settimeout(seconds)
        while not self.numbers or self.numbers[-1] < last:
            piece = self.socket.recv(1 << 18)
            assert piece, "the stream ended after %s" % self.numbers[-1:]
            self.take(piece)
        self.socket.close()

    def breaks(self):
        """Where a record is not the one after that before it."""
        return ["%d after %d" % (number, before) for before, number in zip([-1, *self.numbers], self.numbers)
                if number != before + 1]

    def keep(self):
        """The history, as a file for whoever looks for a failure. Its name."""
        path = os.path.join(paths.LOGS, "slow-reader")
        with open(path, "wb") as file:
            file.write(self.history)
        return path
