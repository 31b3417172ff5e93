"""Runs one command with a time limit, and kills all processes that it leaves.

Every process of a suite has the suite's name in its environment (SIDESTREAM_TEST_SUITE). So those that outlive it are
found, also if they are in a session of their own.
"""

import dataclasses
import os
import shutil
import signal
import subprocess
import time

TAG = "SIDESTREAM_TEST_SUITE"
GRACE = 3  # seconds that processes of a suite may run on after it


@dataclasses.dataclass
class Ended:
    status: int        # of subprocess: negative for a signal
    seconds: float
    timed_out: bool
    leftovers: list    # "name (pid)" of processes that had to be killed


def tagged(tag):
    """The running processes whose tag begins with `tag`: pid -> command name."""
    found = {}
    wanted = b"\0%s=%s" % (TAG.encode(), tag.encode())
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % pid, "rb") as environment:
                if wanted not in b"\0" + environment.read():
                    continue
            with open("/proc/%s/stat" % pid) as stat:
                name, state = stat.read().rsplit(")", 1)
            if state.split()[0] not in "ZX":
                found[int(pid)] = name.split("(", 1)[1]
        except OSError:
            pass  # it has ended, or belongs to another user
    return found


def kill_tagged(tag):
    """With SIGKILL, including processes that a killed one has just started."""
    for _ in range(20):
        left = tagged(tag)
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if not left:
            return
        time.sleep(0.05)


def end_tagged(tag, seconds):
    """With SIGTERM, then after some seconds with SIGKILL."""
    for pid in tagged(tag):
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
    deadline = time.monotonic() + seconds
    while tagged(tag) and time.monotonic() < deadline:
        time.sleep(0.05)
    kill_tagged(tag)


def dump_stacks(tag, log):
    """Writes the stacks of all threads of a hanging suite, if gdb is installed."""
    for pid, name in tagged(tag).items():
        log.write("\n==== %s (%d) hangs; its threads:\n" % (name, pid))
        log.flush()
        if shutil.which("gdb"):
            try:
                subprocess.run(["gdb", "-p", str(pid), "-batch", "-nx", "-ex", "set pagination off",
                                "-ex", "thread apply all bt 30"],
                               stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, timeout=90)
            except subprocess.TimeoutExpired:
                log.write("gdb took too long\n")


def run(command, environment, tag, log_path, limit, cwd):
    os.makedirs(os.path.dirname(log_path), exist_ok=True)
    began = time.monotonic()
    timed_out = False
    with open(log_path, "w", encoding="utf-8", errors="replace") as log:
        child = subprocess.Popen(command, env={**environment, TAG: tag}, cwd=cwd, stdin=subprocess.DEVNULL,
                                 stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            child.wait(limit)
        except subprocess.TimeoutExpired:
            timed_out = True
            dump_stacks(tag, log)
            os.killpg(child.pid, signal.SIGABRT)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
    seconds = time.monotonic() - began
    deadline = time.monotonic() + (0 if timed_out else GRACE)
    left = tagged(tag)
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = tagged(tag)
    kill_tagged(tag)
    return Ended(child.returncode, seconds, timed_out, ["%s (%d)" % (name, pid) for pid, name in left.items()])
