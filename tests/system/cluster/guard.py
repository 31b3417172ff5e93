#!/usr/bin/env python3
"""Waits for the end of the suite, however it comes, and then removes what the kernel doesn't by itself.

The suite runs in namespaces of its own for processes, mounts and network: when their first process ends, all
processes, mounts and links of the cluster are gone. What stays are empty cgroups. And after a crash that first
process may be alive: it is found by its cgroup, which all of the cluster's processes are in.

Standard input is a pipe whose other end the suite holds. Prints what could not be removed.
"""

import contextlib
import os
import signal
import sys
import time

import paths

SECONDS = 20
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def processes():
    """Those of the cluster, the suite itself included."""
    top = "/sys/fs/cgroup/pids/" + paths.CGROUP
    found = []
    for folder, _, _ in os.walk(top):
        try:
            with open(os.path.join(folder, "cgroup.procs")) as pids:
                found += map(int, pids.read().split())
        except OSError:
            pass  # removed meanwhile
    return found


def kill():
    for pid in processes():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def remove_cgroups():
    for top in paths.cgroups():
        for folder, _, _ in os.walk(top, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                pass  # a process in it is about to end


def left():
    found = ["process %d" % pid for pid in processes()]
    return found + ["cgroup " + path for path in paths.cgroups() if os.path.exists(path)]


def remove():
    """All of it; returns what is still there after a while."""
    deadline = time.monotonic() + SECONDS
    while True:
        kill()
        remove_cgroups()
        if not left() or time.monotonic() > deadline:
            return left()
        time.sleep(0.1)


def main():
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    found = "\n".join(remove())
    with contextlib.suppress(BrokenPipeError):  # after a crash nobody listens
        os.write(sys.stdout.fileno(), found.encode())


if __name__ == "__main__":
    main()
