"""The suites of a preset, as CTest knows them: tests/Suites.cmake registers every program and script.

Programs are GoogleTest executables. Scripts print `N passed, N failed, N skipped` as their last line.
"""

import dataclasses
import json
import os
import subprocess

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
LOGS = os.path.join(ROOT, "build", "test-logs")
SANITIZERS = ("asan", "tsan")
KINDS_WITH_FOLDERS = ("integration", "system", "deploy", "perf")  # kind/folder/suite; the others are kind/suite
# Minutes of a suite that does more in a nightly run.
NIGHTLY_LIMITS = {"unit": 20, "faults": 180, "image": 60, "cluster": 60, "fuzz": 40}


@dataclasses.dataclass(frozen=True)
class Suite:
    preset: str
    name: str        # kind/folder/name or kind/name, the same in each preset
    command: tuple
    labels: tuple
    alone: bool      # no other suite runs beside it
    slots: int       # half cores that it takes (PROCESSORS)
    timeout: float   # seconds
    environment: tuple  # "NAME=VALUE", as CTest sets them

    @property
    def folder(self):
        parts = self.name.split("/")
        return parts[1] if parts[0] in KINDS_WITH_FOLDERS else parts[0]

    @property
    def program(self):
        return "program" in self.labels

    def limit(self, nightly=False):
        """Seconds before the suite counts as hanging."""
        if nightly and self.folder in NIGHTLY_LIMITS:
            return 60 * NIGHTLY_LIMITS[self.folder] * (2 if self.preset in SANITIZERS else 1)
        return self.timeout

    @property
    def log(self):
        return os.path.join(LOGS, self.preset, self.name.replace("/", ".") + ".log")


def registered(preset):
    """All suites of a configured preset; none of one that is not configured."""
    folder = os.path.join(ROOT, "build", preset)
    if not os.path.exists(os.path.join(folder, "CTestTestfile.cmake")):
        return []
    shown = subprocess.run(["ctest", "--test-dir", folder, "-C", "Nightly", "--show-only=json-v1"],
                           capture_output=True, text=True, check=True).stdout
    for test in json.loads(shown)["tests"]:
        properties = {entry["name"]: entry["value"] for entry in test["properties"]}
        if "fixture" in properties["LABELS"]:
            continue  # the runner has a broker of its own
        # A program that is not built has no command; running it then fails.
        command = test.get("command") or [os.path.join(folder, "tests", test["name"])]
        yield Suite(preset, test["name"], tuple(command), tuple(properties["LABELS"]),
                    properties.get("RUN_SERIAL", False), int(properties.get("PROCESSORS", 1)), properties["TIMEOUT"],
                    tuple(properties.get("ENVIRONMENT", ())))


def find(preset, quick=False, only=(), nightly=False):
    """The suites to run: those that share the machine first, of these the large ones first. `only` selects nightly suites
    by name."""
    found = [suite for suite in registered(preset)
             if (not quick or "quick" in suite.labels) and (not only or any(o in suite.name for o in only))
             and (nightly or only and not suite.name.endswith("/nightly") or "nightly" not in suite.labels)]
    return sorted(found, key=lambda suite: (suite.alone, -suite.timeout * suite.slots))
