"""The kept results: results.tsv, one line for what one server did in one cell of a scenario.

Figures are written `name=median` or `name=median[lowest..highest]` of the alternating runs.
"""

import csv
import os
import re

PATH = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "results.tsv")
COLUMNS = ("date", "commit", "machine", "scenario", "cell", "server", "rounds", "figures")
ORIGIN = COLUMNS[:4]  # what lines of one measurement have in common
FIGURE = re.compile(r"(\w+)=([^\[]+)(?:\[(.+)\.\.(.+)\])?$")


def number(text):
    try:
        return int(text)
    except ValueError:
        return float(text)


def value(text):
    """A number, or the text where it is none."""
    try:
        return number(text)
    except ValueError:
        return text


def text_of(figure):
    return "%.6g" % figure if isinstance(figure, float) else str(figure)


def text_of_figures(figures):
    parts = []
    for name, median in figures.items():
        if not name.endswith("_runs"):
            runs = figures.get(name + "_runs")
            parts.append("%s=%s%s" % (name, text_of(median), "[%s..%s]" % tuple(map(text_of, runs)) if runs else ""))
    return " ".join(parts)


def figures_of_text(text):
    figures = {}
    for part in text.split():
        name, median, lowest, highest = FIGURE.match(part).groups()
        figures[name] = number(median)
        if lowest:
            figures[name + "_runs"] = [number(lowest), number(highest)]
    return figures


def text_of_cell(cell):
    return ", ".join("%s=%s" % pair for pair in cell.items())


def cell_of_text(text):
    return {key: value(content) for key, content in (pair.split("=") for pair in text.split(", "))}


def read_lines():
    if not os.path.exists(PATH):
        return []
    with open(PATH, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def newest():
    """Of each scenario the rows of its last measurement, as `Run.rows` has them."""
    lines = read_lines()
    last = {line["scenario"]: tuple(line[key] for key in ORIGIN) for line in lines}
    rows = {}
    for line in lines:
        if tuple(line[key] for key in ORIGIN) == last[line["scenario"]]:
            row = rows.setdefault((line["scenario"], line["cell"]), {
                "scenario": line["scenario"], "cell": cell_of_text(line["cell"]), "rounds": int(line["rounds"]), "servers": {}})
            row["servers"][line["server"]] = figures_of_text(line["figures"])
    return list(rows.values())


def keep(date, commit, machine, rows):
    """Appends rows; those of the same scenario, date, commit and machine are replaced."""
    added = [dict(zip(COLUMNS, (date, commit, machine, row["scenario"], text_of_cell(row["cell"]), server,
                                str(row["rounds"]), text_of_figures(figures))))
             for row in rows for server, figures in row["servers"].items()]
    replaced = {tuple(line[key] for key in ORIGIN) for line in added}
    kept = [line for line in read_lines() if tuple(line[key] for key in ORIGIN) not in replaced]
    with open(PATH, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept + added)
