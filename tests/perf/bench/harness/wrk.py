"""Clients that ask one thing again and again (wrk), each on a connection that it keeps."""

import contextlib
import json
import os
import subprocess

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "load")
CONNECTIONS = 64
PAUSE = 4  # milliseconds, where a pace is kept


def start(server, seconds, connections, pause=None):
    """`pause`: mean milliseconds between an answer and the next request of a connection; none: at once."""
    return start_script("wrk.lua", server, seconds, connections, [str(pause)] if pause else [])


def start_script(script, server, seconds, connections, arguments):
    command = ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "-s", os.path.join(SCRIPTS, script),
               "http://%s/" % server.address, "--", *arguments]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(server, process):
    text, _ = process.communicate()
    line = text.strip().splitlines()[-1] if text.strip() else ""
    if process.returncode or not line.startswith("{"):
        raise RuntimeError("%s: wrk failed: %s" % (server.name, text[-2000:]))
    report = json.loads(line)
    if report["errors"] or not report["requests"]:
        raise RuntimeError("%s: wrk had errors: %s" % (server.name, text[-2000:]))
    report["per_second"] = report["requests"] / report["seconds"]
    return report


def run(server, seconds, pause=None):
    return finish(server, start(server, seconds, CONNECTIONS, pause))


def connections_for(server, per_second):
    """How many that pause make so many requests a second."""
    return max(1, round(per_second / run(server, 1, PAUSE)["per_second"] * CONNECTIONS))


@contextlib.contextmanager
def behind(server, seconds, connections):
    """So many that pause ask meanwhile, for `seconds`; the report is in the list that it gives."""
    reports = []
    process = start(server, seconds, connections, PAUSE)
    try:
        yield reports
        reports.append(finish(server, process))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
