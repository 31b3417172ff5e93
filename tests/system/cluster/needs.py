"""What a machine must have; elsewhere the suite is skipped with the reason."""

import os
import shutil
import subprocess

import paths

COMMANDS = ("etcd", "containerd", "ctr", "runc", "openssl", "ip", "unshare", "redis-server", "java",
            "go")


def lacking():
    """The reason why this machine can't run the cluster, or nothing."""
    if os.geteuid() != 0:
        return "it takes root"
    if not os.path.exists("/sys/fs/cgroup/pids/cgroup.procs"):
        return "it takes cgroup v1 (the kubelet and the memory limits here are set up for that)"
    for command in COMMANDS:
        if not shutil.which(command):
            return "the command %s is not installed (tests/packages.txt, group cluster)" % command
    if not os.path.exists("/usr/lib/cni/bridge"):
        return "containernetworking-plugins is not installed (tests/packages.txt, group cluster)"
    if not all(os.access(os.path.dirname(group), os.W_OK) for group in paths.cgroups()):
        return "cgroups can't be made here"
    tried = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "true"], capture_output=True, text=True)
    return tried.stderr.strip() and "no namespaces of our own here: " + tried.stderr.strip()


def built():
    return os.path.exists(paths.kubernetes("complete"))
