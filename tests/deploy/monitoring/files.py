"""Where everything lies, and how it is read."""

import json
import os
import re
import subprocess

from loopback import ROOT

CHART_FILES = os.path.join(ROOT, "deploy", "helm", "sidestream", "files")
ALERTS = os.path.join(CHART_FILES, "alerts.yaml")
DASHBOARD = os.path.join(CHART_FILES, "dashboard.json")
GENERATOR = os.path.join(ROOT, "deploy", "dashboard", "generate")
RUNBOOK = os.path.join(ROOT, "deploy", "runbook.md")
RULE_TESTS = os.path.join(ROOT, "tests", "deploy", "monitoring", "rules")


def read(path):
    with open(path) as file:
        return file.read()


def dashboard():
    return json.loads(read(DASHBOARD))


def chart():
    path = os.path.join(CHART_FILES, "..", "Chart.yaml")
    return read(path) if os.path.exists(path) else ""


def sources():
    """All C++ that can write a log line."""
    for folder in ("sidecar", "connectors"):
        for here, _, names in os.walk(os.path.join(ROOT, folder)):
            yield from (read(os.path.join(here, name)) for name in names if name.endswith((".cpp", ".hpp")))


def rule_tests():
    return sorted(os.path.join(RULE_TESTS, name) for name in os.listdir(RULE_TESTS))


def run(*command, text=None):
    """What a command complains about; nothing if it is content."""
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    return re.sub(r"\s+", " ", done.stdout + done.stderr).strip() or "exit %d" % done.returncode


def parses(expressions, folder):
    """`promtool check rules` on expressions {name: expr}, each made a recording rule."""
    path = os.path.join(folder, "expressions.json")
    rules = [{"record": "parsed", "labels": {"of": name}, "expr": expr} for name, expr in expressions.items()]
    with open(path, "w") as file:
        json.dump({"groups": [{"name": "parsed", "rules": rules}]}, file)
    return run("promtool", "check", "rules", path)
