"""The summary of a run, and the times that it keeps."""

import csv
import os

import suites

TIMES = os.path.join(suites.LOGS, "times.tsv")
COLUMNS = ("preset", "suite", "seconds", "passed", "failed", "skipped")


def summary(outcomes, seconds):
    """Prints failures and skipped tests, then the counts as the last line. Returns the exit status."""
    skips = [(where, skip) for where, _, result in outcomes for skip in result.skips]
    if skips:
        print("\nskipped:")
        for where, skip in skips:
            print("  %s: %s" % (where, skip))
    for where, log, result in outcomes:
        for failure in result.failures:
            print("\nFAILED %s: %s%s" % (where, failure.replace("\n", "\n  "), "\n  log: " + log if log else ""))
    passed, failed, skipped = (sum(getattr(result, count) for _, _, result in outcomes)
                               for count in ("passed", "failed", "skipped"))
    print("\n%.0f s in all; logs: %s" % (seconds, os.path.relpath(suites.LOGS)))
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped), flush=True)
    return 1 if failed or not passed else 0


def write_times(outcomes):
    """The seconds of each suite. Suites that did not run this time keep their line."""
    lines = {(line["preset"], line["suite"]): line for line in read_times()}
    for where, log, result in outcomes:
        if log:
            key = tuple(where.split(" ", 1))
            lines[key] = dict(zip(COLUMNS, (*key, "%.1f" % result.seconds, result.passed, result.failed, result.skipped)))
    with open(TIMES, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(line for _, line in sorted(lines.items()))


def read_times():
    if not os.path.exists(TIMES):
        return []
    with open(TIMES, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def print_times():
    """The table of tests/README.md: minutes of each suite in each preset, and how many tests passed."""
    lines = read_times()
    presets = sorted({line["preset"] for line in lines}, key=lambda preset: (preset in suites.SANITIZERS, preset))
    by_suite = {}
    for line in lines:
        by_suite.setdefault(line["suite"], {})[line["preset"]] = line
    print("| suite | tests | %s |\n|---|---|%s" % (" | ".join(presets), "---|" * len(presets)))
    longest_first = sorted(by_suite.items(), key=lambda item: -sum(float(line["seconds"]) for line in item[1].values()))
    for name, found in longest_first:
        tests = max(int(line["passed"]) for line in found.values())
        cells = ["%.1f" % (float(found[preset]["seconds"]) / 60) if preset in found else "" for preset in presets]
        print("| `%s` | %d | %s |" % (name, tests, " | ".join(cells)))
