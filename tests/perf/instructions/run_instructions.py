#!/usr/bin/env python3
"""Instructions for each delivery and each forwarded request, counted by callgrind and compared with recorded figures: a
guard against slow decay that a busy machine can't fool. `--record` writes the figures anew, after a change that is
meant to change them."""

import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.realpath(os.path.join(HERE, "..", "..", ".."))
FIGURES = os.path.join(HERE, "instructions.json")
SIDESTREAM = os.environ.get("SIDESTREAM_BINARY", os.path.join(ROOT, "build", "release", "sidestream"))
FOLDER = os.path.join(os.path.dirname(SIDESTREAM), "tests", "perf", "instructions")
TOLERANCE = 0.05
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


def why_not():
    """Why the figures can't be compared here; nothing if they can."""
    if os.environ.get("SIDESTREAM_TEST_PRESET", "release") != "release":
        return "the figures are of the release build"
    if not any(os.access(os.path.join(folder, "valgrind"), os.X_OK) for folder in os.environ["PATH"].split(":")):
        return "there is no valgrind"
    return None


def record():
    figures = {"compiler": compiler(),
               "instructions": {scenario: round(count(scenario), 1) for scenario in SCENARIOS}}
    with open(FIGURES, "w") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")
    print(figures)


def compare():
    with open(FIGURES) as file:
        recorded = json.load(file)
    reason = why_not()
    here = compiler() if not reason else ""
    if not reason and here != recorded["compiler"]:
        reason = "the figures are of compiler %s, this is %s" % (recorded["compiler"], here)
    passed = failed = skipped = 0
    for scenario, wanted in recorded["instructions"].items():
        if reason:
            print("SKIPPED %s: %s" % (scenario, reason))
            skipped += 1
            continue
        found = count(scenario)
        print("%s: %.1f instructions, recorded %.1f (%+.1f %%)" % (scenario, found, wanted, 100 * (found / wanted - 1)))
        if abs(found / wanted - 1) <= TOLERANCE:
            passed += 1
        else:
            print("FAILED %s: %.1f instructions where %.1f are recorded; if that is meant, "
                  "tests/perf/instructions/run_instructions.py --record" % (scenario, found, wanted))
            failed += 1
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return failed > 0


if __name__ == "__main__":
    sys.exit(record() if "--record" in sys.argv else compare())
