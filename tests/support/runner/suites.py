"""What there is to run: found by convention, so that a new test needs no entry anywhere.

Programs: executables `*_test` that CMake builds from tests/ (GoogleTest), asked of the build system, so that
one left over from a removed test never runs. Scripts: tests/*/run, tests/*/run_*.py and tests/*/test_*.sh,
whose last line is `N passed, N failed, N skipped`; tests/*/nightly is one too, with --nightly alone.
"""

import dataclasses
import glob
import os
import re
import subprocess

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
LOGS = os.path.join(ROOT, "build", "test-logs")
SANITIZERS = ("asan", "tsan")

# Folders whose scripts take too long for every day: run with --nightly, or where --only names them.
NIGHTLY = ("arm64", "debian13", "package")
# Folders whose tests run with real processes and under load: in the release build one at a time.
HEAVY = ("e2e", "faults", "rollout", "browser", "backends", "cluster", "quickstart", "image") + NIGHTLY
# Folders whose scripts are also run with the sanitizers' binaries.
SANITIZED_SCRIPTS = ("connectors", "e2e")
# Folders with a `run` that is no suite.
OTHERS = ("bench",)
# Folders of the inner loop.
QUICK = ("unit", "fuzz", "tidy", "connectors", "e2e")
# Minutes that a suite may take before it counts as hanging; sanitizers get twice that.
LIMITS = {"unit": 3, "tidy": 3, "metrics": 3, "monitoring": 3, "connectors": 10, "e2e": 25, "faults": 10, "browser": 10,
          "backends": 15, "quickstart": 10, "chart": 25, "image": 20, "cluster": 15}
# The same for a nightly run, where it does more.
NIGHTLY_LIMITS = {"unit": 20, "faults": 180, "image": 60, "cluster": 60, "fuzz": 40}


@dataclasses.dataclass(frozen=True)
class Suite:
    preset: str
    name: str  # folder/name, the same in each preset
    command: tuple
    program: bool  # GoogleTest, else a script

    @property
    def folder(self):
        return self.name.split("/")[0]

    @property
    def heavy(self):
        return self.folder in HEAVY and self.preset not in SANITIZERS

    def limit(self, nightly=False):
        """Seconds."""
        minutes = 120 if self.folder in NIGHTLY else LIMITS.get(self.folder, 10)
        if nightly:
            minutes = NIGHTLY_LIMITS.get(self.folder, minutes)
        return 60 * minutes * (2 if self.preset in SANITIZERS else 1)

    @property
    def log(self):
        return os.path.join(LOGS, self.preset, self.name.replace("/", ".") + ".log")


def programs(preset):
    folder = os.path.join(ROOT, "build", preset)
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        return []
    targets = subprocess.run(["ninja", "-C", folder, "-t", "targets", "all"], capture_output=True, text=True,
                             check=True).stdout
    paths = re.findall(r"^tests/(\S+_test): CXX_EXECUTABLE_LINKER", targets, re.M)
    return [Suite(preset, path, (os.path.join(folder, "tests", path),), True) for path in sorted(paths)]


def scripts(preset, nightly):
    paths = [path for pattern in ("run", "run_*.py", "test_*.sh") + (("nightly",) if nightly else ())
             for path in glob.glob(os.path.join(ROOT, "tests", "*", pattern))]
    found = []
    for path in sorted(paths):
        name = os.path.relpath(path, os.path.join(ROOT, "tests"))
        suite = Suite(preset, name, (path,), False)
        if suite.folder not in OTHERS and (preset not in SANITIZERS or suite.folder in SANITIZED_SCRIPTS):
            found.append(suite)
    return found


def find(preset, quick=False, only=(), nightly=False):
    """The suites of a preset, the light ones first."""
    found = [suite for suite in programs(preset) + scripts(preset, nightly)
             if (not quick or suite.folder in QUICK) and (not only or any(o in suite.name for o in only))
             and (nightly or only or suite.folder not in NIGHTLY)]
    return sorted(found, key=lambda suite: suite.heavy)
