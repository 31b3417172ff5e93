"""What only a live binary shows: that every name exists, every panel shows something, and alerts fire."""

import re
import signal
import subprocess
import time

import dashboard_checks
import files
import runbook_checks
from alert_checks import Alert
from expressions import Metrics, grouping_labels
from loopback import BINARY
from stage import wait_for

# Panels that are empty while all is well, or without a limit of memory.
MAY_BE_EMPTY = ("annotation ", "panel Resident B")


def play(stage):
    """Traffic that moves most of the metrics."""
    stage.subscribe("/events/orders").close()
    for path in ("/events/orders", "/chat/room", "/events?topic=orders&topic=alerts"):
        stage.subscribe(path)
    stage.request("POST", "/events/mine", b"hello", {"Authorization": "Bearer no.valid.token"})
    for _ in range(3):
        for path in ("/events/orders", "/events/alerts", "/events/mine", "/chat/room"):
            stage.request("POST", path, b"hello")
        stage.request("GET", "/of/the/app")
        time.sleep(1.1)  # so that several scrapes see it


def rules_of(stage, results):
    """The alerts and the recorded metrics with their labels, as Prometheus has read them."""
    wait_for("rules that were evaluated", lambda: all(rule["health"] != "unknown" for rule in stage.rules()))
    rules = stage.rules()
    results.test("Prometheus evaluates every rule",
                 ["%s: %s" % (rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"])
    recorded = {r["name"]: grouping_labels(r["query"]) - {"le"} for r in rules if r["type"] == "recording"}
    return [Alert(r) for r in rules if r["type"] == "alerting"], rules, recorded


def check_names(stage, rules, recorded, results):
    metrics = Metrics(stage.get("/metrics"), recorded)
    dashboard = files.dashboard()
    panels = dashboard_checks.queries(dashboard)
    asked = {**panels, **runbook_checks.queries(), **{"rule " + rule["name"]: rule["query"] for rule in rules}}
    for name, expr in asked.items():
        results.test("%s: metrics and labels exist" % name, metrics.problems(expr))
    for name, (selector, label) in dashboard_checks.variable_queries(dashboard).items():
        grouped = "sum by (%s) (%s)" % (label, selector)
        results.test("variable %s: metric and label exist" % name, metrics.problems(grouped))
    for name, expr in panels.items():
        if not name.startswith("annotation"):
            problems = list(dashboard_checks.rate_problems(expr, metrics))
            results.test("%s: counters are rated, others not" % name, problems)
    results.test("queries of dashboard and runbook parse", files.parses(asked, stage.folder))


def check_panels(stage, results):
    for name, expr in dashboard_checks.queries(files.dashboard()).items():
        samples = stage.query(expr)
        if samples is None:
            results.test("%s is evaluated" % name, "it is refused")
        else:
            empty = not samples and not name.startswith(MAY_BE_EMPTY)
            results.test("%s shows something" % name, "it is empty" if empty else "")
    for name, query in runbook_checks.queries().items():
        results.test("%s is evaluated" % name, "it is refused" if stage.query(query) is None else "")


def faults(stage):
    """Breaks things one after the other; yields the alerts that must fire then."""
    stage.redis(b"XADD", b"alerts", b"*", b"data", b"x" * 2000)
    yield "SidestreamEventsSkipped", "a record that is too large"
    stage.redis(b"SET", b"wrong", b"no stream")
    stage.subscribe("/events/wrong")
    yield "SidestreamTopicWaiting", "a key of Redis that is no stream"
    for _ in range(6):
        stage.subscribe("/events/orders")
    yield "SidestreamStreamsRefused", "more streams than max_connections"
    yield "SidestreamNearlyFull", "as many streams as max_connections"
    stage.stop("redis")
    stage.app.shutdown()
    stage.app.server_close()
    for _ in range(40):
        stage.request("GET", "/of/the/app")
    yield "SidestreamConnectorDown", "a Redis that is gone"
    yield "SidestreamUpstreamDown", "an app that is gone"
    yield "SidestreamUpstreamErrors", "an app that is gone"
    stage.request("POST", "/events/mine", b"hello")
    yield "SidestreamAccessUndecided", "an app that is gone, about rights"
    stage.write("tls.key", "")
    yield "SidestreamCertificateUnusable", "an empty key"
    stage.write("sidestream.yaml", "topics: [\n")
    stage.processes["sidestream"].process.send_signal(signal.SIGHUP)
    yield "SidestreamConfigReloadFailed", "a configuration with a mistake"


def endings(stage):
    """The same for what leaves nothing behind that a panel could show."""
    subprocess.run([BINARY, "--drain", "--config", stage.configuration], check=True, capture_output=True)
    yield "SidestreamDrainStuck", "a drain without an end"
    stage.stop("sidestream")
    yield "SidestreamDown", "a process that was killed"


def check_firing(stage, breaks, results):
    for name, why in breaks:
        try:
            alert = wait_for(name, lambda: stage.firing().get(name))
            text = " ".join(alert["annotations"].values())
            results.test("%s fires: %s" % (name, why), re.findall(r"<no value>|<error[^>]*>|\{\{|%!", text))
        except TimeoutError as error:
            results.test("%s fires: %s" % (name, why), str(error))


def check(stage, results):
    play(stage)
    alerts, rules, recorded = rules_of(stage, results)
    results.test("nothing fires while all is well", sorted(stage.firing()))
    check_names(stage, rules, recorded, results)
    runbook_checks.check_pages(stage.get, results)
    check_firing(stage, faults(stage), results)
    check_panels(stage, results)
    check_firing(stage, endings(stage), results)
    runbook_checks.check_log_queries(stage.log("sidestream"), results)
    return alerts
