#!/usr/bin/env python3
"""Answers the quickstart's questions (`ask:`) word by word, with a text about this machine. No network but Sidestream's.

    prompts   has the questions and their cancels; a topic with `envelope: true`, which shows the fields of a record
    answers   leads to the logs of the replies; this worker publishes there

It keeps nothing: each reply's own log tells how much of it is written. So a worker that is started again reads all
questions, goes on with replies that are half written, and writes no word twice. One worker only: those of
demo/workers share the questions. Standard library only. WORD_SECONDS is the time for a word.
"""

import argparse
import json
import os
import threading
import time
import urllib.error
import urllib.request

ENDS = ("done", "failed", "cancelled")
WORD_SECONDS = float(os.environ.get("WORD_SECONDS", "0.1"))
seen, cancelled = set(), set()  # ids of questions


def call(url, body=None, headers=None, seconds=10):
    return urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=seconds)


def words_of(question):
    """The answer. This is where a model would be asked."""
    with open("/proc/meminfo") as file:
        memory = {line.split(":")[0]: int(line.split()[1]) / 2**20 for line in file}
    with open("/proc/uptime") as file:
        hours = float(file.read().split()[0]) / 3600
    return (
        f"You asked: {question} \n\nI am {os.uname().nodename}, and I can only tell how I am. I have been up for {hours:.1f} "
        f"hours. My {os.cpu_count()} cores have a load of {os.getloadavg()[0]:.2f}, and {memory['MemAvailable']:.1f} of my "
        f"{memory['MemTotal']:.1f} GiB of memory are free. \n\nReload this page, open it in a second tab, or cut the network "
        "while I write: no word is lost, and none comes twice. Ask again, and my answer will be different."
    ).split(" ")


def answer(base, envelope):
    fields, request = envelope["headers"], envelope["headers"]["request"]
    path, words = f"{fields['param.session']}/{request}", words_of(envelope["value"])
    while True:
        try:
            with call(f"{base}/answers/{path}?from=earliest&poll=0s") as reply:
                written = [piece["event"] for piece in json.load(reply)["events"]]
            if any(event in ENDS for event in written):
                return
            for word in words[len(written) :]:
                if request in cancelled:
                    call(f"{base}/answers/{path}?event=cancelled", b"").close()
                    return
                call(f"{base}/answers/{path}?event=word", f"{word} ".encode()).close()
                time.sleep(WORD_SECONDS)
            call(f"{base}/answers/{path}?event=done", b"").close()
            return
        except (OSError, ValueError) as error:  # whether the word was written is read above
            print(f"{path}: {error}; again in 1 s", flush=True)
            time.sleep(1)


def read_questions(base):
    with call(f"{base}/events/prompts?from=earliest", seconds=60) as stream:
        for line in stream:
            envelope = json.loads(line[6:]) if line.startswith(b"data: ") else {}
            if "headers" not in envelope:
                continue  # an event of Sidestream itself
            request = envelope["headers"]["request"]
            if envelope["event"] == "cancel":
                cancelled.add(request)
            elif request not in seen:
                seen.add(request)
                threading.Thread(target=answer, args=(base, envelope), daemon=True).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="default: %(default)s")
    base = parser.parse_args().url
    while True:
        try:
            read_questions(base)
        except (OSError, ValueError) as error:
            print(f"prompts: {error}", flush=True)
        time.sleep(1)


if __name__ == "__main__":
    main()
