"""What a process and its children have used, from /proc."""

import os


def family(pid):
    """The process and all below it."""
    found = [pid]
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/children" % (pid, task)) as children:
            for child in children.read().split():
                found += family(int(child))
    return found


def cpu_seconds(pid):
    """Of user and system together, of all threads, to the nanosecond where the kernel counts so."""
    total = 0
    for one in family(pid):
        for task in os.listdir("/proc/%d/task" % one):
            total += task_seconds("/proc/%d/task/%s" % (one, task))
    return total


def task_seconds(folder):
    try:
        with open(folder + "/schedstat") as figures:
            return int(figures.read().split()[0]) / 1e9
    except OSError:
        with open(folder + "/stat") as figures:
            fields = figures.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def anonymous_bytes(pid):
    """Private anonymous memory."""
    total = 0
    for one in family(pid):
        with open("/proc/%d/status" % one) as status:
            total += sum(int(line.split()[1]) for line in status if line.startswith(("RssAnon:", "RssShmem:")))
    return total * 1024


def threads(pid):
    return sum(len(os.listdir("/proc/%d/task" % one)) for one in family(pid))


def open_files(pid):
    return sum(len(os.listdir("/proc/%d/fd" % one)) for one in family(pid))
