"""Each values file in ci/ renders as its golden says: the same by both Helms and for each Kubernetes."""

import difflib
import os

import tools

FOLDER = os.path.join(tools.HERE, "golden")


def golden(chart, name):
    return os.path.join(FOLDER, chart, name + ".yaml")


def rendered(chart, path, **options):
    """A render without the alerts and the dashboard, which have tests of their own."""
    text = tools.render(chart, path, **options)
    for name, indent in (("alerts.yaml", "  "), ("dashboard.json", "    ")):
        with open(os.path.join(tools.CHART, "files", name)) as file:
            content = "\n".join(indent + line for line in file.read().strip().split("\n"))
        text = text.replace(content + "\n", "%s<files/%s>\n" % (indent, name))
    return text


def same(chart, name, path, helm, kubernetes):
    text = rendered(chart, path, helm=helm, kubernetes=kubernetes)
    with open(golden(chart, name)) as file:
        wanted = file.read()
    if text != wanted:
        difference = difflib.unified_diff(wanted.splitlines(), text.splitlines(), "golden", "render", "", "", 2, "")
        yield "differs from the golden (run --record writes it anew):\n" + "\n".join(list(difference)[:40])


def none_left_over():
    wanted = {golden(chart, name) for chart, name, _ in tools.all_cases()}
    for folder, _, files in os.walk(FOLDER):
        for path in sorted({os.path.join(folder, file) for file in files} - wanted):
            yield os.path.relpath(path, FOLDER) + " belongs to no file in ci/"


def record():
    for chart, name, path in tools.all_cases():
        os.makedirs(os.path.dirname(golden(chart, name)), exist_ok=True)
        with open(golden(chart, name), "w") as file:
            file.write(rendered(chart, path))


def tests():
    for chart, name, path in tools.all_cases():
        for helm in tools.HELMS:
            for kubernetes in tools.KUBERNETES:
                yield "golden %s %s %s %s" % (chart, name, helm, kubernetes), \
                    lambda test=(chart, name, path, helm, kubernetes): same(*test)
    yield "golden none left over", none_left_over
