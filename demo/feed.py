#!/usr/bin/env python3
"""Feeds the quickstart's topics with real readings of this machine, by POST to Sidestream.

    clock          the time, once a second
    system         CPU, memory, disk, network and load (/proc, statvfs), once a second
    logs           the lines of log files as they grow (--log), each as it stands
    progress       a real job: SHA-256 over the files of a folder (--folder), again and again
    notifications  what happens: processes start and end, jobs done, high load, readers come and go

Standard library only. Sidestream may restart at any time: readings are skipped while it is away (an
old second is worth nothing), log lines and notifications wait for it. SIGINT or SIGTERM ends it
within 1 s.
"""

import argparse
import collections
import datetime
import hashlib
import http.client
import json
import os
import signal
import sys
import threading
import time
import urllib.parse

STOP = threading.Event()
LOG_LINES_PER_SECOND = 50  # of `logs`: a log that goes wild must not drown the demonstration
JOB_BYTES = 64 * 1024 * 1024  # of `progress`: one job reads at most this much ...
JOB_SECONDS = 25  # ... spread over this long, so that it costs next to no CPU
JOB_PAUSE = 5


def now():
    """RFC 3339 in UTC with milliseconds."""
    utc = datetime.datetime.now(datetime.timezone.utc)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def say(level, text):
    """One line of this program's own log, on stderr. Given as --log it is published too."""
    sys.stderr.write("%s %s feed: %s\n" % (now(), level, text))  # one write: threads do not mix
    sys.stderr.flush()


class Publisher:
    """Publishes to one topic over one kept-alive connection. Each feeding thread has its own."""

    def __init__(self, base, topic):
        self.base, self.topic, self.connection = base, topic, None
        self.complaint = ""  # the last trouble printed, so that each is said once

    def publish(self, data, event="", wait=False):
        """True when it was acknowledged. With `wait` it tries until it was, or until the feed ends.

        An answer that was lost on the way is tried again too: a reader may then see a line twice.
        """
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        pause = 0.2
        while not STOP.is_set():
            if self.post(text.encode("utf-8", "replace"), event):
                return True
            if not wait:
                return False
            STOP.wait(pause)
            pause = min(pause * 1.6, 2)
        return False

    def post(self, body, event):
        path = "%s/events/%s" % (self.base.path.rstrip("/"), self.topic)
        if event:
            path += "?event=" + urllib.parse.quote(event)
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    self.base.hostname, self.base.port, timeout=6
                )
            self.connection.request(
                "POST", path, body, {"Content-Type": "text/plain; charset=utf-8"}
            )
            answer = self.connection.getresponse()
            text = answer.read().decode("utf-8", "replace").strip()
            if answer.status == 201:
                self.complain("")
                return True
            self.complain("POST %s: %d %s" % (path, answer.status, text))
        except (OSError, http.client.HTTPException) as trouble:
            reason = str(trouble) or type(trouble).__name__
            self.complain("Sidestream at %s: %s; trying on" % (self.base.netloc, reason))
        if self.connection is not None:
            self.connection.close()
        self.connection = None
        return False

    def complain(self, text):
        if text != self.complaint and not STOP.is_set():
            say("warn" if text else "info", "%s: %s" % (self.topic, text or "publishing again"))
            self.complaint = text


def each_second():
    """Yields at each full second of the wall clock until the feed ends."""
    while not STOP.wait(1 - time.time() % 1):
        yield


def feed_clock(publisher):
    for _ in each_second():
        publisher.publish({"time": now(), "epoch_ms": int(time.time() * 1000)})


def cpu_times():
    with open("/proc/stat") as stat:
        ticks = [int(x) for x in stat.readline().split()[1:9]]
    return sum(ticks), ticks[3] + ticks[4]  # all, idle and waiting for disks


def memory():
    with open("/proc/meminfo") as info:
        kib = {line.split(":")[0]: int(line.split()[1]) for line in info}
    total = kib["MemTotal"] * 1024
    return usage(total - kib.get("MemAvailable", kib["MemFree"]) * 1024, total)


def disk(path="/"):
    fs = os.statvfs(path)
    return usage((fs.f_blocks - fs.f_bfree) * fs.f_frsize, fs.f_blocks * fs.f_frsize)


def usage(used, total):
    return {"used": used, "total": total, "percent": round(100 * used / total, 1) if total else 0}


def network():
    """Bytes received and sent so far, the loopback aside."""
    received = sent = 0
    with open("/proc/net/dev") as devices:
        for line in devices.readlines()[2:]:
            name, figures = line.split(":", 1)
            if name.strip() != "lo":
                received, sent = received + int(figures.split()[0]), sent + int(figures.split()[8])
    return received, sent


def feed_system(publisher):
    cpu_before, net_before, before = cpu_times(), network(), time.monotonic()
    for _ in each_second():
        cpu, net, at = cpu_times(), network(), time.monotonic()
        busy = 1 - (cpu[1] - cpu_before[1]) / max(1, cpu[0] - cpu_before[0])
        publisher.publish(
            {
                "cpu": round(100 * max(0, busy), 1),
                "cores": os.cpu_count(),
                "load": round(os.getloadavg()[0], 2),
                "memory": memory(),
                "disk": disk(),
                "network": {
                    "in": round((net[0] - net_before[0]) / (at - before)),
                    "out": round((net[1] - net_before[1]) / (at - before)),
                },
                "time": now(),
            }
        )
        cpu_before, net_before, before = cpu, net, at


def lines_of(path):
    """The lines of a file as it grows, from its last ten on; survives rotation and truncation."""
    log, inode, rest, first = None, None, b"", True
    while not STOP.is_set():
        try:
            there = os.stat(path)
            if log is None or there.st_ino != inode or there.st_size < log.tell():
                log, inode, rest = open(path, "rb"), there.st_ino, b""
                if first:
                    log.seek(max(0, there.st_size - 16384))
                    tail = log.read().splitlines(keepends=True)[-10:]
                    log.seek(-sum(map(len, tail)), os.SEEK_CUR)
            first = False
            rest += log.read(65536)
        except OSError:
            log = None
        *whole, rest = rest.split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace").rstrip("\r")
        if not whole:
            STOP.wait(0.25)


def feed_logs(publisher, path):
    second, sent, skipped = 0, 0, 0
    for line in lines_of(path):
        if int(time.time()) != second:
            if skipped:
                publisher.publish("... %d more lines in that second" % skipped, wait=True)
            second, sent, skipped = int(time.time()), 0, 0
        if sent >= LOG_LINES_PER_SECOND:
            skipped += 1
        elif line:
            publisher.publish(line, wait=True)
            sent += 1


def files_of(folder):
    """The files of one job: path and size, up to JOB_BYTES together."""
    found, total = [], 0
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f != ".git")
        for name in sorted(names):
            path = os.path.join(root, name)
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
    digest, done, began, told, logged = hashlib.sha256(), 0, time.monotonic(), 0.0, 0.0
    say("info", "job %d: %d files, %.1f MB" % (job, len(files), total / 1e6))
    publisher.publish({"job": job, "files": len(files), "bytes": total}, "started")
    for number, (path, size) in enumerate(files, 1):
        if time.monotonic() - logged >= 1:
            logged = time.monotonic()
            name = os.path.relpath(path, folder)
            say("info", "job %d: file %d, %s, %d bytes" % (job, number, name, size))
        for chunk in chunks_of(path):
            digest.update(chunk)
            done += len(chunk)
            if STOP.wait(max(0, began + JOB_SECONDS * done / total - time.monotonic())):
                return
            if time.monotonic() - told >= 0.25:
                told = time.monotonic()
                publisher.publish(
                    {
                        "job": job,
                        "percent": round(min(100, 100 * done / total), 1),
                        "file": os.path.relpath(path, folder),
                        "number": number,
                        "files": len(files),
                        "done": done,
                        "total": total,
                    },
                    "progress",
                )
    seconds = round(time.monotonic() - began, 1)
    publisher.publish(
        {
            "job": job,
            "files": len(files),
            "bytes": done,
            "seconds": seconds,
            "sha256": digest.hexdigest(),
        },
        "done",
        wait=True,
    )
    text = "%d files, %.1f MB hashed in %s s" % (len(files), done / 1e6, seconds)
    say("info", "job %d: %s, sha256 %s" % (job, text, digest.hexdigest()))
    notify("success", "Job %d done" % job, text)


def chunks_of(path):
    try:
        with open(path, "rb") as file:
            yield from iter(lambda: file.read(128 * 1024), b"")
    except OSError:
        return  # the file went away meanwhile


def processes():
    """Names of the processes that run now, by id; threads of the kernel aside."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as line, open("/proc/%s/comm" % pid) as comm:
                if line.read(1):
                    found[int(pid)] = comm.read().strip()
        except OSError:
            continue  # it has ended meanwhile
    return found


def listing(names):
    """The names in one line, the most frequent first, at most five of them."""
    counted = collections.Counter(names).most_common()
    texts = ["%s ×%d" % (name, count) if count > 1 else name for name, count in counted]
    return ", ".join(texts[:5]) + (" and %d more" % (len(texts) - 5) if len(texts) > 5 else "")


def subscribers(admin):
    """How many streams are open on each topic; None while Sidestream can't be asked."""
    try:
        connection = http.client.HTTPConnection(admin.hostname, admin.port, timeout=2)
        connection.request("GET", admin.path.rstrip("/") + "/topics")
        topics = json.load(connection.getresponse())["topics"]
        connection.close()
        return {topic["name"]: topic["subscribers"] for topic in topics}
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return None


def feed_notifications(publisher, admin, notes):
    """What other threads put into `notes`, and what it sees of processes, load and readers."""
    running, readers, high = processes(), None, False
    cores = os.cpu_count() or 1
    notes.append(("info", "Feed started", "%d processes on %d cores" % (len(running), cores)))
    while not STOP.is_set():
        while notes:
            level, title, text = notes.popleft()
            publisher.publish({"title": title, "text": text, "time": now()}, level, wait=True)
        STOP.wait(2)
        found = processes()
        count = "%d processes now" % len(found)
        started, ended = found.keys() - running.keys(), running.keys() - found.keys()
        if started:
            notes.append(("info", "Started: " + listing(found[pid] for pid in started), count))
        if ended:
            notes.append(("info", "Ended: " + listing(running[pid] for pid in ended), count))
        running = found
        load = os.getloadavg()[0]
        if high != (load > cores * (0.7 if high else 1)):
            high = not high
            what = ("warning", "Load is high") if high else ("success", "Load is normal again")
            notes.append(what + ("%.2f on %d cores" % (load, cores),))
        open_now = subscribers(admin) if admin else None
        if open_now is not None:
            notes.extend(changes(readers, open_now))
            readers = open_now


def changes(before, after):
    """Notifications about topics that have more or fewer readers than before."""
    for topic, count in after.items():
        change = count - (before if before is not None else after).get(topic, 0)
        if change:
            yield (
                "info",
                "%s reader%s of %s"
                % ("New" if change > 0 else "Fewer", "" if change == 1 else "s", topic),
                "%d open now" % count,
            )


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--url", default="http://127.0.0.1:8080", help="Sidestream's streams (%(default)s)"
    )
    parser.add_argument("--admin", help="its admin address, for notifications about readers")
    parser.add_argument(
        "--log",
        action="append",
        default=[],
        metavar="FILE",
        help="a log file that `logs` follows; may be given several times",
    )
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument(
        "--folder",
        default=os.path.dirname(here),
        help="the folder whose files `progress` hashes (%(default)s)",
    )
    return parser.parse_args()


def main():
    options = arguments()
    base = urllib.parse.urlsplit(options.url)
    admin = urllib.parse.urlsplit(options.admin) if options.admin else None
    notes = collections.deque(maxlen=100)
    feeds = [
        (feed_clock, "clock", ()),
        (feed_system, "system", ()),
        (feed_progress, "progress", (options.folder, lambda *note: notes.append(note))),
        (feed_notifications, "notifications", (admin, notes)),
    ]
    feeds += [(feed_logs, "logs", (log,)) for log in options.log]
    ending = {signal.SIGINT, signal.SIGTERM}
    for number in ending:
        signal.signal(number, signal.SIG_DFL)  # a shell may have told us to ignore SIGINT
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    threads = [
        threading.Thread(target=feed, args=(Publisher(base, topic),) + more, daemon=True)
        for feed, topic, more in feeds
    ]
    for thread in threads:
        thread.start()
    signal.sigwait(ending)
    STOP.set()
    deadline = time.monotonic() + 0.5
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))


if __name__ == "__main__":
    main()
