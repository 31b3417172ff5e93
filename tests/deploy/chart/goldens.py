"""Each values file in ci/ renders as its golden says: the same by both Helms and for each Kubernetes.

The golden of a chart's base case is the whole render (NAME.yaml). Those of the other cases (NAME.diff) are what differs
from the base: `=== Kind name` and its changed lines, `+++` and a further object, `---` and the name of a missing one.
"""

import difflib
import os
import re

import tools

FOLDER = os.path.join(tools.HERE, "golden")
BASE = {"sidestream": "default", "shop": "native"}
# Neither Helm's version nor Kubernetes' changes what the other does to a render.
VARIANTS = [("helm4", kubernetes) for kubernetes in tools.KUBERNETES] + [("helm3", tools.KUBERNETES[0])]


def path_of(chart, name):
    return os.path.join(FOLDER, chart, name + (".yaml" if name == BASE[chart] else ".diff"))


def rendered(chart, path, **options):
    """A render without the alerts and the dashboard, which have tests of their own."""
    text = tools.render(chart, path, **options)
    for name, indent in (("alerts.yaml", "  "), ("dashboard.json", "    ")):
        with open(os.path.join(tools.CHART, "files", name)) as file:
            content = "\n".join(indent + line for line in file.read().strip().split("\n"))
        text = text.replace(content + "\n", "%s<files/%s>\n" % (indent, name))
    return text


def documents(text):
    """{"Kind name": lines}"""
    found = {}
    for document in re.split(r"^---\n", text, flags=re.M):
        kind, name = (re.search(pattern, document, re.M) for pattern in (r"^kind: (\S+)", r"^  name: (\S+)"))
        if kind:
            found["%s %s" % (kind[1], name[1])] = document.splitlines()
    return found


def changed_lines(base, lines):
    """A unified diff without context and line numbers, so that a change of the base moves nothing here."""
    hunks = list(difflib.unified_diff(base, lines, n=0, lineterm=""))[2:]
    return ["@@" if line.startswith("@@ ") else line for line in hunks]


def difference(base, text):
    base, found, lines = documents(base), documents(text), []
    for which in base:
        if which not in found:
            lines.append("--- " + which)
        elif base[which] != found[which]:
            lines += ["=== " + which, *changed_lines(base[which], found[which])]
    for which in found:
        if which not in base:
            lines += ["+++ " + which, *found[which]]
    return "\n".join(lines) + "\n"


def golden(chart, name, path, **options):
    """What the golden of a case must say."""
    text = rendered(chart, path, **options)
    base = BASE[chart]
    return text if name == base else difference(rendered(chart, dict(tools.cases(chart))[base], **options), text)


def same(chart, name, path, helm, kubernetes):
    text = golden(chart, name, path, helm=helm, kubernetes=kubernetes)
    with open(path_of(chart, name)) as file:
        wanted = file.read()
    if text != wanted:
        lines = difflib.unified_diff(wanted.splitlines(), text.splitlines(), "golden", "render", "", "", 2, "")
        yield "differs from the golden (run --record writes it again):\n" + "\n".join(list(lines)[:40])


def none_left_over():
    wanted = {path_of(chart, name) for chart, name, _ in tools.all_cases()}
    for folder, _, files in os.walk(FOLDER):
        for path in sorted({os.path.join(folder, file) for file in files} - wanted):
            yield os.path.relpath(path, FOLDER) + " belongs to no file in ci/"


def a_change_is_found():
    """A diff golden sees a change in a shared object, in one of its own, and a missing object."""
    base = "---\nkind: A\nmetadata:\n  name: a\nx: 1\n---\nkind: B\nmetadata:\n  name: b\n"
    other = "---\nkind: A\nmetadata:\n  name: a\nx: 2\n---\nkind: C\nmetadata:\n  name: c\n"
    wanted = "=== A a\n@@\n-x: 1\n+x: 2\n--- B b\n+++ C c\nkind: C\nmetadata:\n  name: c\n"
    if difference(base, other) != wanted or difference(base, base) != "\n":
        yield "the difference is\n" + difference(base, other)


def record():
    for chart, name, path in tools.all_cases():
        os.makedirs(os.path.dirname(path_of(chart, name)), exist_ok=True)
        with open(path_of(chart, name), "w") as file:
            file.write(golden(chart, name, path))


def tests():
    for chart, name, path in tools.all_cases():
        for helm, kubernetes in VARIANTS:
            yield "golden %s %s %s %s" % (chart, name, helm, kubernetes), \
                lambda test=(chart, name, path, helm, kubernetes): same(*test)
    yield "golden: a change is found", a_change_is_found
    yield "golden none left over", none_left_over
