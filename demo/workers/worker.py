#!/usr/bin/env python3
"""Answers questions (`ask:`) word by word. Start as many as you like: they share the questions of the stream
`prompts`, and what one that dies has begun is finished by another. Needs python3-redis.

    REDIS_URL=redis://127.0.0.1:6379 demo/workers/worker.py
"""

import os
import time

import redis

ENDS = ("done", "failed", "cancelled")
IDLE_MS = 5000  # a question whose worker gives no sign of life for so long is taken over
ME = "%s-%d" % (os.uname().nodename, os.getpid())
db = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379"), decode_responses=True)


def words_of(question):
    """The answer. This is where a model would be asked."""
    load = ", ".join("%.2f" % one for one in os.getloadavg())
    text = "You asked: %s - I am %s, and my load is %s. Ask again, and it will be different."
    return (text % (question["data"], os.uname().nodename, load)).split()


def write(reply, number, event, word=""):
    """The number of a piece is its entry id, so Redis refuses a piece that is there already."""
    try:
        db.xadd(reply, {"event": event, "data": word}, id="1-%d" % number)
    except redis.ResponseError as error:
        if "equal or smaller" not in str(error):
            raise


def answer(entry, question):
    reply, cancelled = question["reply_to"], "cancelled:" + question["request"]
    if question["event"] == "cancel":
        db.set(cancelled, 1, ex=3600)
        return
    words = words_of(question)
    while True:
        last = db.xrevrange(reply, count=1)  # perhaps of another worker: one that died, or took this one for dead
        if last and last[0][1]["event"] in ENDS:
            break
        number = int(last[0][0].split("-")[1]) + 1 if last else 1
        if db.exists(cancelled):
            write(reply, number, "cancelled")
        elif number > len(words):
            write(reply, number, "done")
        else:
            write(reply, number, "word", words[number - 1] + " ")
            db.xclaim("prompts", "workers", ME, 0, [entry], justid=True)  # a sign of life
            time.sleep(float(os.environ.get("WORD_SECONDS", "0.1")))
    db.expire(reply, 24 * 3600)


def main():
    try:
        db.xgroup_create("prompts", "workers", id="0", mkstream=True)
    except redis.ResponseError:
        pass  # another worker has made it
    while True:
        taken = db.xautoclaim("prompts", "workers", ME, IDLE_MS, count=1)[1]
        if not taken:
            new = db.xreadgroup("workers", ME, {"prompts": ">"}, count=1, block=1000)
            taken = new[0][1] if new else []
        for entry, question in taken:
            if question:
                answer(entry, question)
            db.xack("prompts", "workers", entry)


main()
