"""An answer with an event stream, taken apart as it comes: HTTP/1.1 chunks, and the events in them."""

import dataclasses


@dataclasses.dataclass
class Event:
    name: str
    data: str
    retry: int = None  # milliseconds


class Parser:
    """`id` is the last one seen, as a browser has it."""

    def __init__(self, last_id=""):
        self.id = last_id
        self.rest = b""   # of the answer
        self.text = b""   # of the stream
        self.ended = False

    def feed(self, piece):
        """The events that are complete with this piece."""
        self.rest += piece
        while not self.ended:
            size, line_end, rest = self.rest.partition(b"\r\n")
            if not line_end:
                break
            length = int(size, 16)
            if len(rest) < length + 2:
                break
            self.text += rest[:length]
            self.rest = rest[length + 2:]
            self.ended = length == 0
        *blocks, self.text = self.text.split(b"\n\n")
        return [event for event in map(self.event, blocks) if event]

    def event(self, block):
        name, data, retry = "message", [], None
        for line in block.split(b"\n"):
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ").decode()
            if field == b"data":
                data.append(value)
            elif field == b"id":
                self.id = value
            elif field == b"event":
                name = value
            elif field == b"retry":
                retry = int(value)
        return Event(name, "\n".join(data), retry) if data else None
