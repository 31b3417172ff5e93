"""Runs the tests; tests/run starts it once everything it needs is installed. See tests/README.md."""

import argparse
import glob
import os
import signal
import sys
import threading
import time

import process
import report
import results
import suites
from background import Broker, Builds
from slots import run_side_by_side

TAG = "run-%d/" % os.getpid()
SLOTS = 2 * min(os.cpu_count() or 1, 4)  # half cores; more brokers at a time would need more memory
NO_BROKERS = "-*kafka*:*Kafka*:*redis*:*Redis*"
SAY = threading.RLock()


def say(preset, what, text, seconds=None):
    with SAY:
        print("%-8s %-40s %-34s %s" % (preset, what, text, "" if seconds is None else "%7.1f s" % seconds), flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="tests/run", description="Installs what is missing, builds, runs every test.")
    parser.add_argument("--quick", action="store_true",
                        help="the inner loop: release build; unit, tidy, and embedded connector and end-to-end tests")
    parser.add_argument("--nightly", action="store_true", help="everything, with the full load under sanitizers too")
    parser.add_argument("--only", metavar="NAME", action="append", default=[],
                        help="only suites with NAME in their name (repeatable); release, unless --preset")
    parser.add_argument("--preset", metavar="NAME", action="append", default=[], choices=("dev", "release", "asan", "tsan"),
                        help="only this preset (repeatable): dev, release, asan, tsan")
    parser.add_argument("--list", action="store_true", help="name the suites that are built, and end")
    parser.add_argument("--times", action="store_true", help="print the minutes of the last run's suites as a table, and end")
    parser.add_argument("--no-install", action="store_true", help="install no missing Debian packages")
    return parser.parse_args()


def presets(options):
    return options.preset or (["release"] if options.quick or options.only else ["release", "asan", "tsan"])


def load(options, preset):
    """The share of the full load, as SIDESTREAM_TEST_LOAD."""
    if "SIDESTREAM_TEST_LOAD" in os.environ:
        return os.environ["SIDESTREAM_TEST_LOAD"]
    return "0.1" if options.quick or (preset in suites.SANITIZERS and not options.nightly) else "1"


def sanitizer_options(reports):
    """Each ends the process at the first report, and writes it to a file beside the log."""
    lsan, tsan = (":suppressions=" + path if os.path.exists(path) else "" for path in
                  (os.path.join(suites.ROOT, "tests", "support", name) for name in ("lsan.supp", "tsan.supp")))
    common = "halt_on_error=1:log_path=" + reports
    return {
        "ASAN_OPTIONS": common + ":detect_leaks=1:detect_stack_use_after_return=1:check_initialization_order=1",
        "UBSAN_OPTIONS": common + ":print_stacktrace=1",
        "LSAN_OPTIONS": "print_suppressions=0" + lsan,
        "TSAN_OPTIONS": common + ":second_deadlock_stack=1" + tsan,
    }


class Run:
    def __init__(self, options):
        self.options = options
        self.outcomes = []  # (where, Result)
        self.broker = None
        self.stopped = False

    def environment(self, suite, reports):
        env = {**os.environ, **sanitizer_options(reports), **self.filter_of(suite),
               "SIDESTREAM_BINARY": os.path.join(suites.ROOT, "build", suite.preset, "sidestream"),
               "SIDESTREAM_TEST_PRESET": suite.preset,
               "SIDESTREAM_TEST_LOAD": load(self.options, suite.preset),
               "SIDESTREAM_SCREENSHOTS": os.path.join(os.path.dirname(suite.log), "screenshots")}
        if self.options.nightly:
            env["SIDESTREAM_TEST_NIGHTLY"] = "1"
            sanitized = suite.preset in suites.SANITIZERS
            env.setdefault("SIDESTREAM_FAULT_RUNS", "20" if sanitized else "100")
            env.setdefault("SIDESTREAM_MODEL_RUNS", "500" if sanitized else "5000")
            env.setdefault("SIDESTREAM_FUZZ_SECONDS", "600")
        env.pop("SIDESTREAM_TEST_KAFKA", None)
        if self.broker and self.broker.address:
            env["SIDESTREAM_TEST_KAFKA"] = self.broker.address
        if self.options.quick and suite.name.startswith("integration/"):
            env["SIDESTREAM_TEST_QUICK"] = "1"
            env.setdefault("GTEST_FILTER", NO_BROKERS)
        return env

    def filter_of(self, suite):
        """The tests that a sanitizer build leaves out; none in a nightly run, or if GTEST_FILTER is set."""
        chosen = self.options.nightly or "GTEST_FILTER" in os.environ
        return {} if chosen else dict(pair.split("=", 1) for pair in suite.environment if pair.startswith("GTEST_FILTER="))

    def run(self, suite):
        if self.stopped:
            return
        xml_path, reports = suite.log[:-4] + ".xml", suite.log[:-4] + ".sanitizer"
        for old in [xml_path, *glob.glob(glob.escape(reports) + "*")]:
            if os.path.exists(old):
                os.remove(old)
        command = list(suite.command) + (["--gtest_output=xml:" + xml_path] if suite.program else [])
        ended = process.run(command, self.environment(suite, reports), TAG + suite.preset + "/" + suite.name,
                            suite.log, suite.limit(self.options.nightly), suites.ROOT)
        if self.stopped:
            return
        result = results.read(suite, ended, xml_path, reports)
        self.outcomes.append((suite.preset + " " + suite.name, suite.log, result))
        counts = ", ".join("%d %s" % (count, word) for count, word in
                           ((result.passed, "passed"), (result.failed, "FAILED"), (result.skipped, "skipped")) if count)
        say(suite.preset, suite.name, counts, result.seconds)

    def run_preset(self, preset):
        found = suites.find(preset, self.options.quick, self.options.only, self.options.nightly)
        run_side_by_side([suite for suite in found if not suite.alone], SLOTS, self.run)
        for suite in found:
            if suite.alone:
                self.run(suite)

    def fail(self, where, text):
        result = results.Result()
        result.fail(text)
        self.outcomes.append((where, "", result))

    def wants_broker(self):
        if self.options.quick or not self.options.only:
            return not self.options.quick
        found = suites.find(presets(self.options)[0], only=self.options.only)
        return any("integration" in suite.labels for suite in found) or not found

    def all(self):
        os.makedirs(suites.LOGS, exist_ok=True)
        builds = Builds(presets(self.options), TAG + "build", say)
        if self.wants_broker():
            self.broker = Broker(TAG + "kafka", say)
        for preset in presets(self.options):
            error = builds.wait(preset)
            if error:
                self.fail(preset + " build", error)
                continue
            if self.broker:
                self.broker.ready.wait()
            self.run_preset(preset)
        if self.broker and self.broker.error:
            self.fail("kafka", self.broker.error)

    def end(self):
        self.stopped = True
        if self.broker:
            self.broker.end()
        process.end_tagged(TAG, 3)


def main():
    options = arguments()
    os.chdir(suites.ROOT)
    if options.times:
        report.print_times()
        return 0
    if options.list:
        for preset in presets(options):
            for suite in suites.find(preset, options.quick, options.only, options.nightly):
                print("%-8s %s" % (preset, suite.name))
        return 0
    began = time.monotonic()
    run = Run(options)

    def interrupted(number, _):
        print("\ninterrupted: ending what runs", flush=True)
        with SAY:  # nothing more is said
            run.end()
            os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        run.all()
    finally:
        run.end()
    report.write_times(run.outcomes)
    return report.summary(run.outcomes, time.monotonic() - began)


sys.exit(main())
