"""Where things are. The suite runs in namespaces of its own (see `run`), so addresses and ports are fixed."""

import glob
import os

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.realpath(os.path.join(HERE, "..", "..", ".."))
PYTHON = os.path.join(ROOT, "tests", "support", "python")
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "sidestream")
with open(os.path.join(HERE, "kubernetes-version")) as file:
    KUBERNETES = os.path.join(CACHE, "kubernetes-" + file.read().strip())
BINARY = os.environ.get("SIDESTREAM_BINARY") or os.path.join(ROOT, "build", "release", "sidestream")
LOGS = os.path.join(ROOT, "build", "test-logs", "cluster")  # of the cluster's servers, for whoever looks for a failure
CHART = os.path.join(ROOT, "deploy", "helm", "sidestream")
WORK = "/run/cluster"  # in memory, gone with the suite's mount namespace

CGROUP = "sidestream-cluster"
BRIDGE = "pods"
GATEWAY = "10.213.77.1"  # this machine as pods see it, and what the brokers listen on
SUBNET = "10.213.77.0/24"
API = ("127.0.0.1", 6443)


def kubernetes(name):
    return os.path.join(KUBERNETES, name)


def cgroups():
    """The cluster's cgroup in each hierarchy of this machine, whether it is there or not."""
    return [os.path.join(os.path.dirname(procs), CGROUP) for procs in glob.glob("/sys/fs/cgroup/*/cgroup.procs")]
