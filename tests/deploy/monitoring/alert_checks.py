"""Alerts: complete, each with a test that fires and one that stays silent."""

import re

import files
from expressions import selectors



def runbook_url():
    """As the dashboard links it, and the chart."""
    url, chart = files.dashboard()["links"][0]["url"], files.chart()
    return url if not chart or url in chart else "the chart links another runbook"


class Alert:
    def __init__(self, rule):  # as Prometheus lists it
        self.name, self.expr, self.seconds = rule["name"], rule["query"], rule["duration"]
        self.labels, self.annotations = rule["labels"], rule["annotations"]

    def problems(self):
        text = self.annotations
        if not re.fullmatch(r"Sidestream[A-Z]\w+", self.name):
            yield "a name like SidestreamSomething"
        if not self.seconds:
            yield "it has no `for`"
        if self.labels.get("severity") not in ("critical", "warning"):
            yield "severity is neither critical nor warning"
        yield from ("it has no " + name for name in ("summary", "description") if not text.get(name))
        if text.get("runbook_url") != "%s#%s" % (runbook_url(), self.name.lower()):
            yield "runbook_url does not lead to its section"


def test_groups():
    """The groups of all rule tests: name and text."""
    for path in files.rule_tests():
        for group in re.split(r"^  - name: ", files.read(path), flags=re.M)[1:]:
            yield group.split("\n")[0], group


def check_tests(alert, results):
    firing = 'ALERTS{alertname="%s", alertstate="firing"' % alert.name
    mine = [(name, text) for name, text in test_groups() if re.match(alert.name + r"\b", name)]
    fires = [text for name, text in mine if name.startswith(alert.name + " fires ")]
    silent = [text for name, text in mine if name.startswith(alert.name + " is silent ")]
    results.test("%s has a test that fires" % alert.name,
                 "" if any("labels: '%s" % firing in text for text in fires) else "none expects it to fire")
    problems = [] if silent else ["there is none"]
    for text in silent:
        if firing not in text or "labels: 'ALERTS" in text or "exp_samples: []" not in text:
            problems.append("it does not expect silence of this alert")
        # Silence for want of data proves nothing.
        problems += ["it has no series of %s" % s.name for s in selectors(alert.expr)
                     if s.name + "{" not in text and ":" not in s.name]
    results.test("%s has a test that stays silent" % alert.name, problems)


def check_labels(alert, results):
    """Labels that the texts name are those that the alert has when it fires."""
    fires = [text for name, text in test_groups() if name.startswith(alert.name + " fires ")]
    expected = re.findall(r"labels: 'ALERTS\{([^}]*)\}", " ".join(fires))
    has = set(re.findall(r"(\w+)=", " ".join(expected)))
    names = set(re.findall(r"\$labels\.(\w+)", " ".join(alert.annotations.values())))
    results.test("%s: its texts name labels that it has" % alert.name,
                 ["it has no label %s when it fires" % label for label in sorted(names - has)])


def check(alerts, results):
    for alert in alerts:
        results.test("%s is complete" % alert.name, list(alert.problems()))
        check_tests(alert, results)
        check_labels(alert, results)
