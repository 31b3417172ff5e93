#!/usr/bin/env python3
"""Publishes live data of this machine to the quickstart's topics, by POST to Sidestream.

    clock          the time, once a second
    system         CPU, memory and disk usage, once a second
    logs           new lines of log files (--log)
    progress       a job: SHA-256 over the files of a folder (--folder), repeated
    notifications  finished jobs, and changes of the number of readers (--admin)

Standard library only. While Sidestream is down, log lines and notifications are retried; other
values are skipped. SIGINT or SIGTERM ends it within 1 s.
"""

import argparse
import datetime
import hashlib
import http.client
import json
import os
import queue
import signal
import sys
import threading
import time
import urllib.parse
import urllib.request

STOP = threading.Event()
LOG_LINES_PER_SECOND = 50
JOB_BYTES = 64 * 1024 * 1024  # the most that one job reads
JOB_SECONDS = 25  # each job takes about this long, so that it uses little CPU
JOB_PAUSE = 5


def now():
    """RFC 3339 in UTC with milliseconds."""
    utc = datetime.datetime.now(datetime.timezone.utc)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def log(level, text):
    """One line on stderr in a single write, so that threads do not interleave."""
    sys.stderr.write(f"{now()} {level} feed: {text}\n")
    sys.stderr.flush()


class Publisher:
    """Publishes to one topic over one kept-alive connection. Each feed has its own."""

    def __init__(self, base, topic):
        self.base, self.topic = base, topic
        self.connection = http.client.HTTPConnection(base.hostname, base.port, timeout=6)
        self.error = ""  # the last error logged, so that repeats are not logged

    def publish(self, data, event="", retry=False):
        """With `retry` it retries until the record is acknowledged, which can write it twice."""
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        while not STOP.is_set():
            error = self.post(text.encode("utf-8", "replace"), event)
            if error != self.error and not STOP.is_set():
                level = "warn" if error else "info"
                log(level, f"{self.topic}: {error or 'publishing again'}")
            self.error = error
            if not error or not retry:
                return
            STOP.wait(1)

    def post(self, body, event):
        """Returns the error, or an empty string."""
        path = f"{self.base.path.rstrip('/')}/events/{self.topic}"
        if event:
            path += "?event=" + urllib.parse.quote(event)
        try:
            self.connection.request("POST", path, body, {"Content-Type": "text/plain"})
            response = self.connection.getresponse()
            text = response.read().decode("utf-8", "replace").strip()
            return "" if response.status == 201 else f"POST {path}: {response.status} {text}"
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()  # the next request reconnects
            return f"cannot reach {self.base.netloc}: {error or type(error).__name__}"


def each_second():
    """Yields at each full second of the wall clock until the feed ends."""
    while not STOP.wait(1 - time.time() % 1):
        yield


def feed_clock(publisher):
    for _ in each_second():
        publisher.publish({"time": now(), "epoch_ms": int(time.time() * 1000)})


def cpu_ticks():
    """All ticks so far, and the idle ones."""
    with open("/proc/stat") as stat:
        ticks = [int(x) for x in stat.readline().split()[1:9]]
    return sum(ticks), ticks[3] + ticks[4]


def usage(used, total):
    return {"used": used, "total": total, "percent": round(100 * used / max(total, 1), 1)}


def memory():
    with open("/proc/meminfo") as info:
        kib = {line.split(":")[0]: int(line.split()[1]) for line in info}
    return usage((kib["MemTotal"] - kib["MemAvailable"]) * 1024, kib["MemTotal"] * 1024)


def disk():
    fs = os.statvfs("/")
    return usage((fs.f_blocks - fs.f_bfree) * fs.f_frsize, fs.f_blocks * fs.f_frsize)


def feed_system(publisher):
    before = cpu_ticks()
    for _ in each_second():
        ticks = cpu_ticks()
        idle = (ticks[1] - before[1]) / max(1, ticks[0] - before[0])
        before = ticks
        publisher.publish(
            {
                "cpu": round(100 * max(0, 1 - idle), 1),
                "cores": os.cpu_count(),
                "load": round(os.getloadavg()[0], 2),
                "memory": memory(),
                "disk": disk(),
                "time": now(),
            }
        )


def feed_logs(publisher, path):
    with open(path, encoding="utf-8", errors="replace") as lines:
        second, sent = 0, 0
        while not STOP.is_set():
            line = lines.readline()
            if not line:
                STOP.wait(0.25)
                continue
            if int(time.time()) != second:
                second, sent = int(time.time()), 0
            sent += 1
            if sent <= LOG_LINES_PER_SECOND and line.strip():
                publisher.publish(line.rstrip(), retry=True)


def files_of(folder):
    """The files of a job with their sizes, up to JOB_BYTES in total."""
    found, total = [], 0
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f != ".git")
        for path in (os.path.join(root, name) for name in sorted(names)):
            size = os.path.getsize(path) if os.path.isfile(path) and not os.path.islink(path) else 0
            if size and total + size <= JOB_BYTES:
                found.append((path, size))
                total += size
    return found, total


def feed_progress(publisher, folder, notify):
    job = 0
    while not STOP.is_set():
        files, total = files_of(folder)
        if total:
            job += 1
            run_job(publisher, folder, job, files, total, notify)
        STOP.wait(JOB_PAUSE)


def run_job(publisher, folder, job, files, total, notify):
    digest, done, started, reported = hashlib.sha256(), 0, time.monotonic(), 0.0
    count = {"job": job, "files": len(files)}
    log("info", f"job {job}: {len(files)} files, {total / 1e6:.1f} MB")
    publisher.publish({**count, "bytes": total}, "started")
    for number, (path, size) in enumerate(files, 1):
        try:
            with open(path, "rb") as file:
                digest.update(file.read(JOB_BYTES))
        except OSError:
            continue  # deleted since the listing
        done += size
        if STOP.wait(max(0, started + JOB_SECONDS * done / total - time.monotonic())):
            return
        if time.monotonic() - reported >= 0.25:
            reported = time.monotonic()
            percent, name = round(100 * done / total, 1), os.path.relpath(path, folder)
            progress = {"percent": percent, "file": name, "number": number}
            publisher.publish({**count, **progress, "done": done, "total": total}, "progress")
    seconds = round(time.monotonic() - started, 1)
    result = {"bytes": done, "seconds": seconds, "sha256": digest.hexdigest()}
    publisher.publish({**count, **result}, "done", retry=True)
    notify("success", f"Job {job} done", f"{len(files)} files hashed in {seconds} s")


def readers(admin):
    """The number of open streams of each topic; None if Sidestream does not answer."""
    try:
        with urllib.request.urlopen(admin.rstrip("/") + "/topics", timeout=2) as response:
            return {t["name"]: t["subscribers"] for t in json.load(response)["topics"]}
    except (OSError, http.client.HTTPException, ValueError):
        return None


def feed_notifications(publisher, admin, notes):
    before = None
    while not STOP.is_set():
        try:
            level, title, text = notes.get(timeout=2)
            note = {"title": title, "text": text, "time": now()}
            publisher.publish(note, level, retry=True)
        except queue.Empty:
            pass
        current = readers(admin) if admin else None
        for topic, count in (current or {}).items() if before else ():
            if count != before.get(topic, 0):
                notes.put(("info", f"{count} readers of {topic}", f"before: {before.get(topic, 0)}"))
        before = current or before


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="default: %(default)s")
    parser.add_argument("--admin", help="URL of the admin port")
    parser.add_argument("--log", action="append", default=[], metavar="FILE", help="repeatable")
    parser.add_argument("--folder", default=os.path.dirname(here), help="default: %(default)s")
    return parser.parse_args()


def main():
    options = arguments()
    base = urllib.parse.urlsplit(options.url)
    notes = queue.SimpleQueue()
    notes.put(("info", "Feed started", f"on {os.cpu_count()} cores"))
    feeds = [
        (feed_clock, "clock", ()),
        (feed_system, "system", ()),
        (feed_progress, "progress", (options.folder, lambda *note: notes.put(note))),
        (feed_notifications, "notifications", (options.admin, notes)),
    ]
    feeds += [(feed_logs, "logs", (path,)) for path in options.log]
    ending = {signal.SIGINT, signal.SIGTERM}
    for number in ending:
        signal.signal(number, signal.SIG_DFL)  # a background shell ignores SIGINT
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    for feed, topic, more in feeds:
        threading.Thread(target=feed, args=(Publisher(base, topic), *more), daemon=True).start()
    signal.sigwait(ending)
    STOP.set()
    time.sleep(0.3)  # lets running publishes finish


if __name__ == "__main__":
    main()
