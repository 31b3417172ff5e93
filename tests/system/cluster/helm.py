"""The Helm that the chart's own tests have put into the cache."""

import functools
import json
import os
import subprocess

import paths
import settings


class Failed(Exception):
    pass


FETCH = os.path.join(paths.ROOT, "tests", "deploy", "chart", "fetch")


@functools.cache
def path():
    fetched = subprocess.run([FETCH], check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return os.path.join(fetched.stdout.strip(), "bin", "helm4")


def run(*arguments, values=None):
    """What it says; values are a dictionary."""
    command = [path(), *arguments] + (["--values", "-"] if values is not None else [])
    ran = subprocess.run(command, input=None if values is None else json.dumps(values), capture_output=True, text=True,
                         env={**os.environ, "KUBECONFIG": settings.KUBECONFIG, "HELM_CACHE_HOME": paths.WORK + "/helm",
                              "HELM_CONFIG_HOME": paths.WORK + "/helm", "HELM_DATA_HOME": paths.WORK + "/helm"})
    if ran.returncode:
        raise Failed("helm %s: %s" % (" ".join(arguments), ran.stderr.strip()))
    return ran.stdout
