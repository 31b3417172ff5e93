"""Helm lint, yamllint, and the generator of values and schema."""

import json
import os
import re

import tools
from tools import yaml


def lint(chart, helm):
    done = tools.run(tools.program(helm), "lint", "--strict", "--kube-version", tools.KUBERNETES[0], tools.CHARTS[chart])
    if done.returncode:
        yield done.stdout + done.stderr


def yamllint():
    """Duplicate keys (which Helm lets pass) and what parsers read differently."""
    rules = {"extends": "default", "rules": {
        "line-length": "disable", "document-start": "disable", "comments": "disable", "comments-indentation": "disable",
        "braces": {"max-spaces-inside": 1}, "indentation": {"indent-sequences": "whatever"}}}
    files = [os.path.join(chart, name) for chart in tools.CHARTS.values() for name in ("Chart.yaml", "values.yaml", "ci")]
    files.append(os.path.join(tools.CHART, "files"))
    done = tools.run("python3", "-m", "yamllint", "--strict", "-d", json.dumps(rules), *files)
    if done.returncode:
        yield done.stdout + done.stderr


def generated():
    done = tools.run(os.path.join(tools.ROOT, "deploy", "helm", "generate"), "--check")
    if done.returncode:
        yield done.stdout + done.stderr


def paths(values, prefix=""):
    for key, value in values.items():
        yield from paths(value, prefix + key + ".") if isinstance(value, dict) and value else [prefix + key]


def schema_paths(schema, definitions, prefix=""):
    reference = schema.get("$ref", "")
    schema = definitions[reference.rsplit("/", 1)[1]] if reference else schema
    if "properties" in schema and "object" in schema["type"]:
        for key, part in schema["properties"].items():
            yield from schema_paths(part, definitions, prefix + key + ".")
    else:
        yield prefix.rstrip(".")


def every_key_is_everywhere():
    """Each value is in values.yaml, in the schema and in README.md. The keys of `config` are Sidestream's."""
    with open(os.path.join(tools.CHART, "values.yaml")) as file:
        values = set(paths(yaml.safe_load(file)))
    with open(os.path.join(tools.CHART, "values.schema.json")) as file:
        schema = json.load(file)
    known = set(schema_paths(schema, schema["definitions"])) - {"global", "enabled"}
    with open(os.path.join(tools.CHART, "README.md")) as file:
        rows = re.findall(r"^\| `([\w.-]+)` \| `.*?` \| (.*) \|$", file.read(), re.M)
    for path in sorted(values - known):
        yield path + " is in values.yaml and not in the schema"
    for path in sorted(known - values):
        if not path.startswith("config."):
            yield path + " is in the schema and not in values.yaml"
    if values != {path for path, _ in rows}:
        yield "README.md: " + ", ".join(sorted(values ^ {path for path, _ in rows}))
    for path, text in rows:
        if not text:
            yield path + " is not explained"


def about():
    """Chart.yaml has what Artifact Hub shows, and the program's version."""
    with open(os.path.join(tools.CHART, "Chart.yaml")) as file:
        chart = yaml.safe_load(file)
    for key in ("kubeVersion", "icon", "sources", "home", "maintainers", "description"):
        if not chart.get(key):
            yield key + " is missing"
    for key in ("category", "changes", "images", "license", "links", "maintainers", "recommendations"):
        text = chart["annotations"].get("artifacthub.io/" + key)
        if not yaml.safe_load(text or ""):
            yield "annotation " + key + " is missing"
    with open(os.path.join(tools.ROOT, "CMakeLists.txt")) as file:
        version = re.search(r"project\(sidestream VERSION (\S+)", file.read()).group(1)
    if chart["appVersion"] != version:
        yield "appVersion is %s, the program's version %s" % (chart["appVersion"], version)
    with open(os.path.join(tools.CHART, "values.yaml")) as file:
        repository = yaml.safe_load(file)["image"]["repository"]
    if "image: %s:%s\n" % (repository, version) not in chart["annotations"]["artifacthub.io/images"]:
        yield "the annotation names another image"
    with open(os.path.join(tools.SHOP, "Chart.yaml")) as file:
        dependency = yaml.safe_load(file)["dependencies"][0]
    if dependency["version"] != chart["version"]:
        yield "the example wants version " + dependency["version"]


def tests():
    for helm in tools.HELMS:
        for chart in tools.CHARTS:
            yield "lint %s %s" % (chart, helm), lambda chart=chart, helm=helm: lint(chart, helm)
    yield "lint yamllint", yamllint
    yield "lint generated files are up to date", generated
    yield "lint every key is everywhere", every_key_is_everywhere
    yield "lint Chart.yaml", about
