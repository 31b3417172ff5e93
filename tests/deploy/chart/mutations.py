"""Each key of the schema, misspelt and mistyped: Helm refuses, and names the path.

All keys of a kind are broken in one values file, as Helm tells all problems at once."""

import functools
import json
import os
import re
import tempfile

import tools

WRONG = {"wrong": True}  # where no object may stand


@functools.lru_cache(maxsize=None)
def schema():
    with open(os.path.join(tools.CHART, "values.schema.json")) as file:
        return json.load(file)


def resolved(part):
    """A part of the schema with references followed and null left aside."""
    while True:
        if "$ref" in part:
            part = schema()["definitions"][part["$ref"].rsplit("/", 1)[1]]
        elif "allOf" in part:
            part = part["allOf"][0]
        else:
            return part


def kind(part):
    types = part.get("type", [])
    types = types if isinstance(types, list) else [types]
    return "object" if "object" in types else "array" if "array" in types else "scalar"


def walk(part=None, path=()):
    """(path, part) of all that values can hold; one entry stands for those of a map or a list."""
    part = resolved(schema() if part is None else part)
    yield path, part
    if kind(part) == "array":
        yield from walk(part.get("items", {}), path + (0,))
    for key, below in part.get("properties", {}).items():
        yield from walk(below, path + (key,))
    if isinstance(part.get("additionalProperties"), dict):
        yield from walk(part["additionalProperties"], path + ("some",))


def plant(values, path, leaf):
    """Puts a leaf at a path; lists on the way have one entry."""
    for index, key in enumerate(path):
        last = index + 1 == len(path)
        below = leaf if last else [] if path[index + 1] == 0 else {}
        if key == 0:
            if not values:
                values.append(below)
            elif last:
                values[0] = leaf
        elif last or key not in values:
            values[key] = below
        values = values[key]


def told(values, helm):
    """What Helm says to values that it must refuse."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(values, file)
        file.flush()
        done = tools.run(tools.program(helm), "template", "rel", tools.CHART, "--kube-version", tools.KUBERNETES[0],
                         "--values", file.name)
    return (done.stdout + done.stderr) if done.returncode else ""


def pointer(path):
    return "/" + "/".join(map(str, path))


def misspelt(helm):
    """One more letter in each key of each closed object."""
    values, wanted = {}, {}
    for path, part in walk():
        if kind(part) == "object" and part.get("additionalProperties") is False:
            for key in part["properties"]:
                plant(values, path + (key + "x",), "")
            wanted[pointer(path).rstrip("/")] = {key + "x" for key in part["properties"]}
    text = told(values, helm)
    found = {}
    for path, keys in re.findall(r"at '(.*?)': additional properties (.*) not allowed", text):
        found.setdefault(path, set()).update(re.findall(r"'(.*?)'", keys))
    if sum(map(len, wanted.values())) < 200:
        yield "there are too few keys to believe it: %d" % sum(map(len, wanted.values()))
    for path, keys in wanted.items():
        if not keys <= found.get(path, set()):
            yield "'%s' takes %s" % (path, ", ".join(sorted(keys - found.get(path, set()))))


def closed():
    """Every object says what it holds, but for the pass-through maps."""
    maps = {"/global", "/affinity", "/podSecurityContext", "/securityContext", "/app/containers/0", "/tolerations/0",
            "/extraVolumes/0", "/extraObjects/0", "/networkPolicy/streamsFrom/0", "/networkPolicy/adminFrom/0",
            "/networkPolicy/egress/0/to/0", "/networkPolicy/egress/0/ports/0",
            "/metrics/serviceMonitor/tlsConfig", "/metrics/podMonitor/tlsConfig"}
    for path, part in walk():
        if kind(part) == "object" and "additionalProperties" not in part and pointer(path) not in maps:
            yield pointer(path) + " is open"
        if kind(part) == "scalar" and not {"type", "enum", "anyOf", "const"} & set(part):
            yield pointer(path) + " takes anything"


def mistyped(helm, wanted_kind):
    """Objects where texts belong, texts where objects belong: level by level, as one hides what is below it."""
    paths = [(path, part) for path, part in walk() if path and kind(part) == wanted_kind]
    seldom = [len(path) for path, _ in paths]
    for depth in sorted(set(seldom)) if wanted_kind != "scalar" else [0]:
        values, planted = {}, []
        for path, part in paths:
            if depth in (0, len(path)):
                plant(values, path, WRONG if kind(part) == "scalar" else "wrong")
                planted.append(path)
        text = told(values, helm)
        for path in planted:
            if not re.search("at '%s(/wrong)?'" % re.escape(pointer(path)), text):
                yield "%s takes %s" % (pointer(path), "an object" if wanted_kind == "scalar" else "a text")


def one_key(path, value, wanted):
    """As a person would see it: one mistake, and the text about it."""
    for helm in tools.HELMS:
        values = {}
        plant(values, path, value)
        text = told(values, helm)
        if wanted not in text:
            yield "%s says: %s" % (helm, text or "nothing")


def tests():
    yield "schema is closed", closed
    for helm in tools.HELMS:
        yield "schema refuses each misspelt key, " + helm, lambda helm=helm: misspelt(helm)
        for wanted in ("scalar", "array", "object"):
            yield "schema refuses each mistyped %s, %s" % (wanted, helm), \
                lambda helm=helm, wanted=wanted: mistyped(helm, wanted)
    for path, value, wanted in (
            (("autoscaling", "minReplica"), 3, "at '/autoscaling': additional properties 'minReplica' not allowed"),
            (("config", "server", "drain"), "20", "at '/config/server/drain'"),
            (("config", "topics", "orders"), {"from": "events", "topik": "orders"},
             "at '/config/topics/orders': additional properties 'topik' not allowed"),
            (("replicas",), "3", "at '/replicas'")):
        yield "schema names " + pointer(path), lambda test=(path, value, wanted): one_key(*test)
