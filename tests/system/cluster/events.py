"""An event stream in HTTP/1.1 chunks, for readers that take bytes from a socket themselves."""

import sys

import paths

sys.path.insert(0, paths.PYTHON)

import sse  # noqa: E402


class Parser:
    """Bytes of a chunked body to events. `id` is the last one seen, as a browser has it."""

    def __init__(self, last_id=""):
        self.rest = b""
        self.ended = False
        self.stream = sse.Parser(last_id)

    @property
    def id(self):
        return self.stream.id

    def feed(self, piece):
        """The events that are complete with this piece."""
        self.rest += piece
        found = []
        while not self.ended:
            size, line_end, rest = self.rest.partition(b"\r\n")
            if not line_end:
                break
            length = int(size, 16)
            if len(rest) < length + 2:
                break
            found += self.stream.feed(rest[:length])
            self.rest = rest[length + 2:]
            self.ended = length == 0
        return found
