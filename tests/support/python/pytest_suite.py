"""Runs a folder of pytest tests as a suite of tests/run: one line a test, `N passed, N failed, N skipped` last."""

import importlib.util
import os
import re
import signal
import subprocess
import sys

DEBIAN = "/usr/bin/python3"  # has the modules of Debian's packages when another Python is first in PATH


def interpreter(modules):
    """A Python that has these modules, or nothing."""
    if all(importlib.util.find_spec(module) for module in modules):
        return sys.executable
    imports = "import " + ", ".join(modules)
    found = os.path.exists(DEBIAN) and subprocess.run([DEBIAN, "-c", imports], stderr=subprocess.DEVNULL).returncode == 0
    return DEBIAN if found else None


def name_of(nodeid):
    """`is quick` of a_test.py::test_is_quick, with `: x` if it is parametrized with x. Of a plain `test` only the x."""
    name, _, parameter = nodeid.split("::", 1)[-1].replace("::", ".").partition("[")
    name = re.sub(r"(^|\.)test_?", r"\1", name).replace("_", " ")
    return ": ".join(part for part in (name, parameter.removesuffix("]")) if part)


class Lines:
    """A pytest plugin: prints the lines that tests/support/runner reads, and selects tests by words in their names."""

    def __init__(self, words):
        self.words = words
        self.passed = self.failed = self.skipped = 0

    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if all(word in name_of(item.nodeid) for word in self.words)]

    def pytest_runtest_logreport(self, report):
        name, seconds = name_of(report.nodeid), report.duration
        if report.failed:
            self.failed += 1
            print("FAILED  %s (%.1f s)\n%s" % (name, seconds, report.longreprtext), flush=True)
        elif report.skipped:
            self.skipped += 1
            expected = getattr(report, "wasxfail", None)
            reason = "expected failure: " + expected if expected else report.longrepr[2].removeprefix("Skipped: ")
            print("SKIPPED %s: %s" % (name, reason), flush=True)
        elif report.when == "call":
            self.passed += 1
            print("passed  %s (%.1f s)" % (name, seconds), flush=True)

    def subtest(self, name, problem):
        """Counts a check inside a test as a test of its own; `problem` is empty if it passed."""
        if problem:
            self.failed += 1
            print("FAILED  %s: %s" % (name, problem), flush=True)
        else:
            self.passed += 1

    def pytest_collectreport(self, report):
        if report.failed:
            self.failed += 1
            print("FAILED  %s\n%s" % (report.nodeid, report.longreprtext), flush=True)


def run(folder, words=(), modules=("pytest",)):
    """The exit status. `words`: only tests whose name has all of them."""
    python = interpreter(modules)
    if not python:
        print("SKIPPED %s: no Python with %s\n0 passed, 0 failed, 1 skipped" % (os.path.basename(folder), ", ".join(modules)))
        return 0
    if python != sys.executable:
        sys.stdout.flush()
        os.execv(python, [python, *sys.argv])
    import pytest
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # fixtures end what they started
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)
    lines = Lines(words)

    class Register:  # under a name, so that fixtures find it
        @staticmethod
        def pytest_configure(config):
            config.pluginmanager.register(lines, "lines")
            config.option.verbose = 0  # of the terminal plugin; explanations of a failed `==` ask for it

    options = ["-p", "no:terminal", "-p", "no:cacheprovider", "-s", "--rootdir", folder, "-c", os.devnull]
    status = pytest.main(options + ["-o", "python_files=*_test.py", folder], plugins=[Register])
    print("%d passed, %d failed, %d skipped" % (lines.passed, lines.failed, lines.skipped), flush=True)
    completed = status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and lines.passed + lines.skipped
    return 1 if lines.failed or not completed else 0
