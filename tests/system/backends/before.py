"""Apps that stream themselves, behind Sidestream: clients get what the app sends, when it sends it."""

import json
import os
import shutil
import subprocess
import time

import pytest
from loopback import SECONDS, request
from pod import post
from sse import Stream

STEPS, WORDS, PAUSE = 8, 23, 0.05
FETCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fetch.mjs")
MESSAGE = {"text": "grüße ✓", "lines": "one\ntwo", "n": 1}


def expect_one_by_one(moments, count):
    """Half of them came alone and in time: a busy machine may merge some, a buffer merges all."""
    took, wanted = moments[-1] - moments[0], (count - 1) * PAUSE
    assert took > 0.6 * wanted, "all within %.2f s, not about %.2f s" % (took, wanted)
    assert len(moments) >= count / 2, "%d pieces, not %d" % (len(moments), count)


def health(pod):
    direct, front = (request(address, "GET", "/healthz") for address in (pod.behind, pod.front))
    assert direct == front, "%s directly, %s through Sidestream" % (direct, front)


def stream_with_an_end(pod):
    direct, front = (Stream(address, "/api/stream") for address in (pod.behind, pod.front))
    for stream in (direct, front):
        stream.wait_for_end()
    assert front.type == direct.type and front.type.startswith("text/event-stream"), front.type
    assert front.body() == direct.body(), "%r directly, %r through Sidestream" % (direct.body(), front.body())
    assert [e.name for e in front.events] == ["progress"] * STEPS + ["end"], str(front.events)
    assert front.messages("progress") == [{"step": n, "of": STEPS} for n in range(1, STEPS + 1)], str(front.events)
    expect_one_by_one([event.at for event in front.events], STEPS)


def answer_word_by_word(pod):
    direct, front = (Stream(address, "/api/answer", "POST", {"question": "?"}) for address in (pod.behind, pod.front))
    for stream in (direct, front):
        stream.wait_for_end()
    assert front.body() == direct.body() and len(front.body().split()) == WORDS, str(front.body())
    expect_one_by_one([moment for moment, _ in front.pieces], WORDS)


def answer_by_fetch(pod):
    """With fetch and a reader of its body, as a page does it."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    done = subprocess.run(["node", FETCH, pod.front + "/api/answer"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=2 * SECONDS)
    assert done.returncode == 0, done.stderr
    pieces = [json.loads(line) for line in done.stdout.splitlines()]
    assert len("".join(text for _, text in pieces).split()) == WORDS, done.stdout
    expect_one_by_one([milliseconds / 1000 for milliseconds, _ in pieces], WORDS)


def message_to_open_streams(pod):
    readers = [Stream(pod.front, "/api/notifications") for _ in range(3)]
    sent = post(pod.front, "/api/send-message", MESSAGE)
    assert sent["readers"] == len(readers), "the app knows of %s readers" % sent["readers"]
    for reader in readers:
        reader.wait_for("notification")
        assert reader.messages("notification") == [MESSAGE], str(reader.events)
        assert not reader.ended, "a stream ended"
    for reader in readers:
        reader.close()
    deadline = time.monotonic() + SECONDS
    while left := post(pod.front, "/api/send-message", MESSAGE)["readers"]:
        assert time.monotonic() < deadline, "%d s after the readers left the app knows of %d" % (SECONDS, left)
        time.sleep(0.05)


# In this order, those of a group at the same time.
CHECKS = ((health, stream_with_an_end, answer_word_by_word, answer_by_fetch, message_to_open_streams),)
