"""Apps without streams of their own: they write records, and Sidestream serves them to readers that leave and return."""

from before import MESSAGE, WORDS, expect_one_by_one, health
from pod import post
from sse import Stream

NOTIFICATIONS = "/api/notifications"


class Author:
    """Sends numbered messages."""

    def __init__(self, pod):
        self.pod, self.sent = pod, []

    def send(self, count, address=""):
        for _ in range(count):
            message = {**MESSAGE, "n": len(self.sent)}
            post(address or self.pod.front, "/api/send-message", message, 202)
            self.sent.append(message)


def open_reader(pod, last_event_id=""):
    reader = Stream(pod.front, NOTIFICATIONS, last_event_id=last_event_id)
    reader.wait_for("stream-open")
    return reader


def expect_messages(readings, sent):
    """Over all connections of a reader: everything, once, in order."""
    assert not any(reading.named("stream-gap", "stream-reset") for reading in readings), "a stream reports a loss"
    seen = [message for reading in readings for message in reading.messages("notification")]
    assert seen == sent, "seen %s, sent %s" % ([m["n"] for m in seen], [m["n"] for m in sent])
    ids = [event.id for reading in readings for event in reading.named("notification")]
    assert len(set(ids)) == len(ids) and all(ids), "ids: %s" % ids


def messages_and_a_resume(pod):
    """Two readers stay, one is cut and resumes; then the app restarts, and all of them stay connected."""
    author = Author(pod)
    stay, leave = [open_reader(pod) for _ in range(2)], open_reader(pod)
    author.send(3)
    for reader in (*stay, leave):
        reader.wait_for("notification", 3)
    leave.close()
    author.send(4)
    back = open_reader(pod, leave.last_event_id)
    back.wait_for("notification", 4)
    author.send(2)
    pod.restart_app()
    author.send(1)
    for reader, count in ((stay[0], 10), (stay[1], 10), (back, 7)):
        reader.wait_for("notification", count)
        assert not reader.ended, "a stream ended"
    for readings in ([stay[0]], [stay[1]], [leave, back]):
        expect_messages(readings, author.sent)
    for reader in (*stay, back):
        reader.close()


def sidestream_is_killed(pod):
    """Records written while it is down arrive too, if the app writes to Redis itself."""
    author, leave = Author(pod), open_reader(pod)
    author.send(2)
    leave.wait_for("notification", 2)
    pod.kill_sidestream()
    leave.wait(lambda stream: stream.ended, "the end")
    if not pod.app.posts_to_sidestream():
        author.send(3, pod.behind)
    pod.start_sidestream()
    back = open_reader(pod, leave.last_event_id)
    author.send(2)
    back.wait_for("notification", len(author.sent) - 2)
    expect_messages([leave, back], author.sent)
    back.close()


def expect_answer(*readings):
    events = [event for reading in readings for event in reading.named("word", "end")]
    words = [event.data for event in events[:-1]]
    assert [e.name for e in events] == ["word"] * WORDS + ["end"], str([e.name for e in events])
    assert words[0] == "Each" and words[-1] == "end." and len({event.id for event in events}) == len(events), "%s" % words


def answer_and_a_resume(pod):
    """One reads along, one is cut in the middle and resumes, one connects after the last word."""
    path = post(pod.front, "/api/answer", {"question": "?"}, 202)["stream"]
    first, leave = Stream(pod.front, path), Stream(pod.front, path)
    leave.wait_for("word", 7)
    leave.close()
    first.wait_for("word", 13)
    back = Stream(pod.front, path, last_event_id=leave.last_event_id)
    for reader in (first, back):
        reader.wait_for("end")
    late = Stream(pod.front, path)
    late.wait_for("end")
    for readings in ([first], [leave, back], [late]):
        expect_answer(*readings)
    spoken = [event.at for event in first.named("word")]
    expect_one_by_one(sorted(set(spoken)), WORDS)
    for reader in (first, back, late):
        reader.close()


def answers_at_once(pod):
    """Each answer is a stream of its own."""
    paths = [post(pod.front, "/api/answer", {"question": "?"}, 202)["stream"] for _ in range(5)]
    assert len(set(paths)) == len(paths), str(paths)
    readers = [Stream(pod.front, path) for path in paths]
    for reader in readers:
        reader.wait_for("end")
        expect_answer(reader)
        reader.close()


# As in before.py; tests that end a process come last, alone.
CHECKS = ((health, answer_and_a_resume, answers_at_once), (messages_and_a_resume,), (sidestream_is_killed,))
