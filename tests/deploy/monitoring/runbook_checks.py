"""The runbook: a section for each alert, and everything that it names exists: settings, log lines, pages, queries."""

import json
import os
import re

import files

PARTS = ("**Means.**", "**Check.**", "**Causes**", "**Do.**")


def sections(text):
    """Of the alerts: title and text."""
    found = re.split(r"^### (.*)\n", re.sub(r"^## .*\n", "", text, flags=re.M), flags=re.M)
    return dict(zip(found[1::2], found[2::2]))


def queries():
    """{where: PromQL} of its blocks."""
    found, title = {}, ""
    headings_and_blocks = r"^#+ ([^\n]*)$|^ *```promql\n(.*?)^ *```"
    for heading, block in re.findall(headings_and_blocks, files.read(files.RUNBOOK), flags=re.M | re.S):
        title = heading or title
        if block:
            found["runbook, %s, query %d" % (title, len(found) + 1)] = block.strip()
    return found


def wrong_settings(spans):
    """Settings are written `server.heartbeat` or `heartbeat:`."""
    known = "".join(files.read(os.path.join(files.ROOT, "config", name))
                    for name in ("sidestream.yaml", "sidestream.access.yaml"))
    for span in spans:
        setting = re.fullmatch(r"server\.([a-z_.]+)|([a-z_]+):(?: [a-z]+)?", span)
        if setting and not re.search(r"^[ #]*%s:" % (setting[1] or setting[2]).split(".")[-1], known, re.M):
            yield "there is no setting " + span


def wrong_lines(spans):
    """Log lines are the only spans of several plain words."""
    known = "".join(files.sources())
    for span in spans:
        if re.fullmatch(r"[a-z][a-z' ]* [a-z' ]+[a-z]", span) and not span.startswith("kubectl "):
            if '"%s"' % span not in known:
                yield "nothing logs " + span


def check(alerts, results):
    text = files.read(files.RUNBOOK)
    book, spans = sections(text), re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?```", "", text, flags=re.M | re.S))
    results.test("each alert has its section in the runbook", sorted(set(alerts) - set(book)))
    results.test("each section of the runbook is about an alert", sorted(set(book) - set(alerts)))
    for title, section in book.items():
        results.test("runbook, %s: what it means, how to check, causes, what to do" % title,
                     ["no " + part for part in PARTS if part not in section])
    titles = re.findall(r"^#+ (.*)", text, re.M)
    anchors = set(re.sub(r"[^\w-]", "", title.lower().replace(" ", "-")) for title in titles)
    results.test("runbook: links lead somewhere", sorted(set(re.findall(r"\]\(#([^)]*)\)", text)) - anchors))
    results.test("runbook: settings exist", list(wrong_settings(spans)))
    results.test("runbook: log lines exist", list(wrong_lines(spans)))


def check_pages(get, results):
    """`curl .../readyz | jq .config`: the page has that member."""
    asked = set(re.findall(r"localhost:9090(/\w+) \| jq \.(\w+)", files.read(files.RUNBOOK)))
    results.test("runbook: pages have what is asked of them",
                 ["%s has no %s" % page for page in sorted(asked) if page[1] not in json.loads(get(page[0]))])


def check_log_queries(log, results):
    """The log has the fields that jq takes from its lines."""
    lines = [json.loads(line) for line in log.splitlines()]
    programs = r"jq -r 'select\(\.message == \"([^\"]*)\"\) \|(.*?)'"
    for message, program in re.findall(programs, files.read(files.RUNBOOK)):
        fields = set(re.findall(r"\.([a-z_]+)", program))
        results.test("runbook: a line `%s` has %s" % (message, ", ".join(sorted(fields))),
                     "" if any(line["message"] == message and fields <= set(line) for line in lines) else "none has")
