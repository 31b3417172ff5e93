"""Runs that alternate between servers, and their medians."""

import datetime
import statistics
import sys
import time

from harness import machine, quiet, rows


class Run:
    def __init__(self, quick, rounds, keep):
        self.quick = quick
        self.rounds = rounds
        self.keep = keep
        self.open_files_max = machine.open_files_max()
        self.rows = []

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
        self.rows.append({"scenario": scenario, "cell": cell, "rounds": self.rounds, "servers": servers})
        if self.keep:
            rows.keep(datetime.date.today().isoformat(), machine.commit(), machine.description(), self.rows)
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


def short(value):
    if not isinstance(value, float) or value == int(value):
        return "{:,}".format(int(value)) if isinstance(value, (int, float)) else str(value)
    return "{:,.0f}".format(value) if abs(value) >= 100 else "%.3g" % value
