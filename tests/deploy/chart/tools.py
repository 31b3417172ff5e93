"""The chart, the tools that test it, and rendering."""

import functools
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.realpath(os.path.join(HERE, "..", "..", ".."))
CHART = os.path.join(ROOT, "deploy", "helm", "sidestream")
SHOP = os.path.join(ROOT, "deploy", "examples", "shop")  # a chart that includes ours
CHARTS = {"sidestream": CHART, "shop": SHOP}
HELMS = ("helm3", "helm4")
KUBERNETES = ("1.29.0", "1.34.0", "1.37.0")  # the lowest, one between, the highest
RELEASE, NAMESPACE = "rel", "streams"

TOOLS = os.environ["SIDESTREAM_CHART_TOOLS"]  # what tests/deploy/chart/fetch prints
sys.path.insert(0, os.path.join(TOOLS, "python"))

import yaml  # noqa: E402


class Refused(Exception):
    """Helm refused to render; the text is its error."""


def program(name):
    return os.path.join(TOOLS, "bin", name)


def run(*command, **more):
    # Without the user's own repositories, plugins and cluster.
    env = {**os.environ, "KUBECONFIG": "/dev/null", "PYTHONPATH": os.path.join(TOOLS, "python"),
           **{"HELM_%s_HOME" % what: os.path.join(TOOLS, "none") for what in ("CONFIG", "CACHE", "DATA")}}
    return subprocess.run(command, capture_output=True, text=True, env=env, stdin=None if "input" in more else
                          subprocess.DEVNULL, **more)


@functools.lru_cache(maxsize=None)
def render(chart, *files, helm="helm4", kubernetes=KUBERNETES[0], release=RELEASE, settings=()):
    """The text that `helm template` makes of values files (paths) and settings (KEY=VALUE)."""
    options = [option for file in files for option in ("--values", file)]
    options += [option for setting in settings for option in ("--set-json", setting)]
    done = run(program(helm), "template", release, CHARTS[chart], "--namespace", NAMESPACE, "--kube-version", kubernetes,
               *options)
    if done.returncode:
        raise Refused(done.stdout + done.stderr)
    # Helm 4 adds an empty line after each document.
    return re.sub(r"\n+(---\n|\Z)", r"\n\1", done.stdout)


def objects(text):
    return [document for document in yaml.safe_load_all(text) if document]


def cases(chart="sidestream"):
    """(name, path) of each file in ci/."""
    folder = os.path.join(CHARTS[chart], "ci")
    return [(name.removesuffix("-values.yaml"), os.path.join(folder, name)) for name in sorted(os.listdir(folder))]


def all_cases():
    return [(chart, name, path) for chart in CHARTS for name, path in cases(chart)]


def pod_spec(document):
    """The pod in an object, or None."""
    if document["kind"] == "Deployment":
        return document["spec"]["template"]["spec"]
    return document["spec"] if document["kind"] == "Pod" else None


def sidestream_of(pod):
    """(container, whether it is a native sidecar) of Sidestream in a pod."""
    for native, key in ((True, "initContainers"), (False, "containers")):
        for container in pod.get(key) or ():
            if container["name"] == "sidestream":
                return container, native
    return None, False


def has_tls(container, port):
    """Whether the port, "streams" or "admin", of Sidestream's container has a certificate from a Secret."""
    return "/run/tls/" + port in [mount["mountPath"] for mount in container["volumeMounts"]]
