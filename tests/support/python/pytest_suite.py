"""Runs a folder of pytest tests as a suite of tests/run: one line a test, `N passed, N failed, N skipped` last."""

import importlib.util
import os
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


class Lines:
    """A pytest plugin: prints the lines that tests/support/runner reads."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def pytest_runtest_logreport(self, report):
        name, seconds = report.nodeid.split("::", 1)[-1].replace("::", "."), report.duration
        if report.failed:
            self.failed += 1
            print("FAILED  %s (%.1f s)\n%s" % (name, seconds, report.longreprtext), flush=True)
        elif report.skipped:
            self.skipped += 1
            print("SKIPPED %s: %s" % (name, report.longrepr[2]), flush=True)
        elif report.when == "call":
            self.passed += 1
            print("passed  %s (%.1f s)" % (name, seconds), flush=True)

    def pytest_collectreport(self, report):
        if report.failed:
            self.failed += 1
            print("FAILED  %s\n%s" % (report.nodeid, report.longreprtext), flush=True)


def run(folder, words, modules=("pytest",)):
    """The exit status. `words`: only tests whose name has one of them."""
    python = interpreter(modules)
    if not python:
        print("SKIPPED %s: no Python with %s\n0 passed, 0 failed, 1 skipped" % (os.path.basename(folder), ", ".join(modules)))
        return 0
    if python != sys.executable:
        sys.stdout.flush()
        os.execv(python, [python, *sys.argv])
    import pytest
    lines = Lines()
    options = ["-p", "no:terminal", "-p", "no:cacheprovider", "--rootdir", folder, "-c", os.devnull]
    pytest.main(options + ["-o", "python_files=*_test.py"] + (["-k", " or ".join(words)] if words else []) + [folder],
                plugins=[lines])
    print("%d passed, %d failed, %d skipped" % (lines.passed, lines.failed, lines.skipped), flush=True)
    return 1 if lines.failed or not lines.passed + lines.skipped else 0
