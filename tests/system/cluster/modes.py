"""The chart's modes, installed into a namespace that enforces the Pod Security Standard `restricted`."""

import os
import re

import api
import charts
import crowd
import listener
import stage

HARDENED = {"Uid": "65532", "CapEff": "0" * 16, "CapBnd": "0" * 16, "NoNewPrivs": "1", "Seccomp": "2"}


def refuses_a_pod_without_security_context(cluster):
    """So the namespace's rules are real."""
    pod = {"metadata": {"name": "unrestricted"}, "spec": {"containers": [{"name": "one", "image": stage.APP}]}}
    try:
        api.create(stage.CORE + "/pods", pod)
    except api.Refused as refused:
        assert "violates PodSecurity" in str(refused), refused
        return "by Pod Security"
    raise AssertionError("it was admitted")


def processes(program):
    """The running ones of a program, in containers."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cgroup" % pid) as groups, open("/proc/%s/cmdline" % pid) as command:
                if "kubepods" in groups.read() and command.read().split("\0")[0] == program:
                    yield pid
        except OSError:
            pass  # it has ended meanwhile


def check_hardened(program="/sidestream"):
    found = list(processes(program))
    assert found, "no %s runs" % program
    for pid in found:
        with open("/proc/%s/status" % pid) as status:
            seen = dict(re.findall(r"^(\w+):\s+(\S+)", status.read(), re.M))
        assert {key: seen[key] for key in HARDENED} == HARDENED, {key: seen[key] for key in HARDENED}
        with open("/proc/%s/mountinfo" % pid) as mounts:
            root = next(line.split() for line in mounts if line.split()[4] == "/")
        assert "ro" in root[5].split(","), "its root can be written: %s" % root[5]
    return "%d processes of uid 65532 without capabilities, root read-only" % len(found)


def containers(release, kind):
    (pod,) = stage.pods(release)
    return [container["name"] for container in pod["spec"].get(kind, [])]


def standalone_deployment_serves(cluster):
    seconds = cluster.install(charts.SHOP, charts.shop())
    assert len(charts.addresses(charts.SHOP)) == 3
    return "ready after %.1f s; %s" % (seconds, check_hardened())


def native_sidecar_serves(cluster):
    seconds = cluster.install(charts.BESIDE, charts.beside())
    assert containers(charts.BESIDE, "initContainers") == ["sidestream"]
    assert containers(charts.BESIDE, "containers") == ["app"]
    (address,) = charts.addresses(charts.BESIDE)
    status, body = stage.request(address, stage.STREAMS, "GET", "/")
    assert (status, body) == (200, b"the app\n"), (status, body)
    return "ready after %.1f s, the app answers through it; %s" % (seconds, check_hardened())


def classic_sidecar_serves(cluster):
    seconds = cluster.install(charts.CLASSIC, charts.classic(), charts.EXAMPLE)
    (address,) = crowd.addresses(stage.NAMESPACE, charts.CLASSIC)
    assert stage.request(address, stage.STREAMS, "GET", "/") == (200, b"the app\n")
    with listener.Listener(address, "/events/orders") as orders:
        orders.wait_for("stream-open")
    hardened = check_hardened()
    cluster.uninstall(charts.CLASSIC)
    return "ready after %.1f s, the app answers through it; %s" % (seconds, hardened)


TESTS = (refuses_a_pod_without_security_context, standalone_deployment_serves, native_sidecar_serves, classic_sidecar_serves)
