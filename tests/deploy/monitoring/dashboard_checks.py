"""The dashboard: as generated, laid out without overlaps, each panel explained, nothing hard-coded."""

import json
import os
import re
import shutil
import tempfile

import files
from expressions import selectors

SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def panels(dashboard):
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def queries(dashboard):
    """{where: PromQL} of panels and annotations, variables replaced."""
    found = {}
    for panel in panels(dashboard):
        for target in panel["targets"]:
            found["panel %s %s" % (panel["title"], target["refId"])] = target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        found["annotation " + annotation["name"]] = annotation["expr"]
    return {name: replaced(expr) for name, expr in found.items()}


def replaced(expr):
    return re.sub(r"\$\{?\w+\}?", ".*", expr.replace("$__rate_interval", "15s"))


def variable_queries(dashboard):
    """{variable: (metric selector, label)}"""
    found = {}
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["definition"]).groups()
            found[variable["name"]] = (replaced(selector), label)
    return found


def as_generated():
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "deploy", "dashboard")
        shutil.copytree(os.path.dirname(files.GENERATOR), source)
        os.makedirs(os.path.join(folder, "deploy", "helm", "sidestream", "files"))
        problem = files.run(os.path.join(source, "generate"))
        path = os.path.join(folder, os.path.relpath(files.DASHBOARD, files.ROOT))
        return problem or ("" if files.read(path) == files.read(files.DASHBOARD) else "run deploy/dashboard/generate")


def overlaps(dashboard):
    taken = {}
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        if at["x"] + at["w"] > 24:
            yield "%s reaches beyond the right edge" % panel["title"]
        for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
            if cell in taken:
                yield "%s lies on %s" % (panel["title"], taken[cell])
                break
            taken[cell] = panel["title"]


def panel_problems(panel):
    if not panel["title"] or len(panel.get("description", "")) < 20:
        yield "no title or description"
    if not panel["fieldConfig"]["defaults"].get("unit"):
        yield "no unit"
    if any(part["datasource"] != SOURCE for part in [panel] + panel["targets"]):
        yield "its data source is not the variable"
    for target in panel["targets"]:
        if 'job=~"$job"' not in target["expr"]:
            yield "the variable job does not choose"
        if any(variable in target["expr"] for variable in ("$__interval", "$interval")):
            yield "an interval that is not $__rate_interval"


def rate_problems(expr, metrics):
    for selector in selectors(expr):
        counter = metrics.is_counter(selector.name)
        rated = re.search(r"\b(rate|increase)\(\s*%s\b" % selector.name, expr)
        if counter and not rated:
            yield "%s is a counter outside rate" % selector.name
        if rated and not counter:
            yield "%s is no counter, but rated" % selector.name


def check(results):
    dashboard = files.dashboard()
    text = json.dumps(dashboard)
    results.test("the dashboard is what deploy/dashboard/generate writes", as_generated())
    results.test("dashboard: a stable uid", "" if dashboard["uid"] == "sidestream" else "its uid changed")
    results.test("dashboard: every data source is the variable",
                 sorted(set(re.findall(r'"uid": "([^"]*)"', text)) - {"${datasource}", "sidestream"}))
    ids = [panel["id"] for panel in dashboard["panels"]]
    titles = [panel["title"] for panel in dashboard["panels"]]
    results.test("dashboard: ids are unique", "" if len(set(ids)) == len(ids) else str(sorted(ids)))
    results.test("dashboard: nothing overlaps", list(overlaps(dashboard)))
    results.test("dashboard: it begins with a row, and no row is empty",
                 [titles[i] for i, panel in enumerate(dashboard["panels"][:-1])
                  if panel["type"] == "row" == dashboard["panels"][i + 1]["type"]] +
                 ([] if dashboard["panels"][0]["type"] == "row" else ["it begins with a panel"]))
    for panel in panels(dashboard):
        results.test("panel %s" % panel["title"], list(panel_problems(panel)))
