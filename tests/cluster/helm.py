"""The Helm that tests/support/install puts into the cache."""

import json
import os
import subprocess

import paths
import settings


class Failed(Exception):
    pass


def path():
    return os.path.join(paths.CACHE, "helm-4.2.4", "helm")


def run(*arguments, values=None):
    """What it says; values are a dictionary."""
    command = [path(), *arguments] + (["--values", "-"] if values is not None else [])
    ran = subprocess.run(command, input=None if values is None else json.dumps(values), capture_output=True, text=True,
                         env={**os.environ, "KUBECONFIG": settings.KUBECONFIG, "HELM_CACHE_HOME": paths.WORK + "/helm",
                              "HELM_CONFIG_HOME": paths.WORK + "/helm", "HELM_DATA_HOME": paths.WORK + "/helm"})
    if ran.returncode:
        raise Failed("helm %s: %s" % (" ".join(arguments), ran.stderr.strip()))
    return ran.stdout
