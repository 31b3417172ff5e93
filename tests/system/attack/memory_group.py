"""A control group with a memory limit, version 1 or 2, for the process under attack. Needs root."""

import contextlib
import os

PLACES = (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max"))


def create(limit):
    """The folder of a new group with this limit in bytes; None if the machine does not allow it."""
    for parent, file in PLACES:
        path = os.path.join(parent, "sidestream-attack-%d" % os.getpid())
        try:
            os.makedirs(path, exist_ok=True)
        except OSError:
            continue
        try:
            with open(os.path.join(path, file), "w") as out:
                out.write(str(limit))
            return path
        except OSError:
            remove(path)
    return None


def remove(path):
    with contextlib.suppress(OSError):  # a process may still be in it
        os.rmdir(path)
