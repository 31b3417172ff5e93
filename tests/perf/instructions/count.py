"""Counts instructions of one delivery and of one forwarded request with callgrind."""

import json
import os
import re
import subprocess
import tempfile

from loopback import BINARY

HERE = os.path.dirname(os.path.abspath(__file__))
FIGURES = os.path.join(HERE, "instructions.json")
FOLDER = os.path.join(os.path.dirname(BINARY), "tests", "perf", "instructions")
# Program and what it is told. proxy_body: a request that has one.
SCENARIOS = {"publish": ("perf_deliver", "publish"), "live": ("perf_deliver", "live"),
             "batch": ("perf_deliver", "batch"), "replay": ("perf_deliver", "replay"),
             "proxy_request": ("perf_forward", "request"), "proxy_body": ("perf_forward", "body")}


def run(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def compiler():
    return run([os.path.join(FOLDER, "perf_deliver"), "--compiler"]).strip()


def count(scenario):
    """Instructions for one record (publish), one delivery, or one request."""
    program, what = SCENARIOS[scenario]
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind.out")
        done = int(run(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out, "--toggle-collect=counted_*",
                        "--toggle-collect=outside_*", os.path.join(FOLDER, program), what]))
        with open(out) as profile:
            total = re.search(r"^(?:summary|totals): (\d+)", profile.read(), re.M)
    return int(total.group(1)) / done


def recorded():
    with open(FIGURES) as file:
        return json.load(file)


def why_not():
    """Why the figures can't be compared here; nothing if they can."""
    if os.environ.get("SIDESTREAM_TEST_PRESET", "release") != "release":
        return "the figures are of the release build"
    if not any(os.access(os.path.join(folder, "valgrind"), os.X_OK) for folder in os.environ["PATH"].split(":")):
        return "valgrind is not installed"
    here, there = compiler(), recorded()["compiler"]
    return "" if here == there else "the figures are of compiler %s, this is %s" % (there, here)


def record():
    figures = {"compiler": compiler(),
               "instructions": {scenario: round(count(scenario), 1) for scenario in SCENARIOS}}
    with open(FIGURES, "w") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")
    print(figures)
