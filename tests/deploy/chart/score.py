"""kube-score finds only what score-exceptions.txt justifies, and each exception there is still needed."""

import functools
import json
import os

import tools


@functools.lru_cache(maxsize=None)
def exceptions():
    """{(check, kind, finding): why}"""
    found = {}
    with open(os.path.join(tools.HERE, "score-exceptions.txt")) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                check, kind, finding, why = (part.strip() for part in line.split("|"))
                found[check, kind, finding] = why
    return found


@functools.lru_cache(maxsize=None)
def findings(chart, name):
    """(check, kind, finding) of a render."""
    text = tools.render(chart, dict(tools.cases(chart))[name], kubernetes="1.34.0")
    done = tools.run(tools.program("kube-score"), "score", "--output-format", "json", "--kubernetes-version", "v1.34", "-", input=text)
    found = set()
    for scored in json.loads(done.stdout) or ():
        for check in scored["checks"]:
            if check["grade"] < 10 and not check["skipped"]:
                found.update((check["check"]["id"], scored["type_meta"]["kind"], comment["summary"])
                             for comment in check["comments"] or [{"summary": ""}])
    return found


def clean(chart, name):
    for which in sorted(findings(chart, name) - set(exceptions())):
        yield " | ".join(which)


def needed():
    found = {which for chart, name, _ in tools.all_cases() for which in findings(chart, name)}
    for which in sorted(set(exceptions()) - found):
        yield " | ".join(which) + " is an exception that nothing needs"
    for which, why in exceptions().items():
        if len(why) < 20:
            yield " | ".join(which) + " is not justified"


def tests():
    for chart, name, _ in tools.all_cases():
        yield "score %s %s" % (chart, name), lambda chart=chart, name=name: clean(chart, name)
    yield "score exceptions are needed", needed
