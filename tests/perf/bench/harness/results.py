"""Runs that alternate between servers, their medians, and the file they are kept in."""

import datetime
import json
import os
import statistics
import sys
import time

from harness import machine, quiet

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "results")


class Run:
    def __init__(self, quick, rounds, keep):
        self.quick = quick
        self.rounds = rounds
        self.keep = keep
        self.machine = machine.facts()
        self.open_files_max = self.machine["open_files_max"]
        self.rows = []
        self.path, self.earlier = None, []
        self.origin = {}  # of the rows, where it is not that of the file

    def alternate(self, scenario, cell, kinds, measure, alone=True):
        """Measures each server in turn, several times over; keeps the medians of each figure. `alone`: what nobody
        else disturbs is waited for."""
        began = time.monotonic()
        found = {kind.name: [] for kind in kinds}
        for _ in range(self.rounds):
            for kind in kinds:
                try:
                    figures, foreign = quiet.measure(lambda: measure(kind)) if alone else (measure(kind), None)
                    found[kind.name].append({**figures, "others_share": foreign} if alone else figures)
                except RuntimeError as error:
                    print("  %s" % error, file=sys.stderr, flush=True)
        servers = {name: self.medians(each) for name, each in found.items() if each}
        self.rows.append({"scenario": scenario, "cell": cell, **self.origin, "rounds": self.rounds,
                          "load_average": os.getloadavg()[0], "servers": servers})
        if self.keep:
            self.save()
        print("  %-14s %s  (%.0f s)" % (scenario, " ".join("%s=%s" % pair for pair in cell.items()),
                                       time.monotonic() - began), flush=True)
        for name, figures in servers.items():
            print("      %-11s %s" % (name, "  ".join("%s %s" % (key, short(value)) for key, value in figures.items()
                                                     if not key.endswith(("_runs", "_share")))), flush=True)

    @staticmethod
    def medians(each):
        """Of each figure the median, and beside it the smallest and largest, to show how steady it is."""
        result = {}
        for key in each[0]:
            values = [one[key] for one in each]
            result[key] = statistics.median(values)
            if len(values) > 1:
                result[key + "_runs"] = [min(values), max(values)]
        return result

    def add_to(self, path):
        """What is measured joins the rows of this file, in place of those of the same scenarios."""
        found = read(path)
        self.origin = {"day": datetime.date.today().isoformat(), "machine": self.machine}
        self.path, self.machine, self.earlier = path, found["machine"], found["rows"]

    def save(self):
        day = datetime.date.today().isoformat()
        self.path = self.path or os.path.join(FOLDER, "%s-%s.json" % (day, self.machine["commit"]))
        with open(self.path, "w") as file:
            json.dump({"day": day, "machine": self.machine, "rows": self.all_rows()}, file, indent=1)
            file.write("\n")

    def all_rows(self):
        measured = {row["scenario"] for row in self.rows}
        return [row for row in self.earlier if row["scenario"] not in measured] + self.rows


def short(value):
    if not isinstance(value, float) or value == int(value):
        return "{:,}".format(int(value)) if isinstance(value, (int, float)) else str(value)
    return "{:,.0f}".format(value) if abs(value) >= 100 else "%.3g" % value


def newest():
    """The newest file of results; nothing where there is none."""
    paths = [os.path.join(FOLDER, name) for name in os.listdir(FOLDER) if name.endswith(".json")]
    return max(paths, key=os.path.getmtime, default=None)


def read(path):
    with open(path) as file:
        return json.load(file)
