"""What all tests share: the node, the brokers, the images, a strict namespace, and releases of the chart in it."""

import http.client
import os
import subprocess
import time

import api
import brokers
import helm
import images
import node
import paths

NAMESPACE = "strict"
SIDESTREAM, APP, CURL = "localhost/sidestream:test", "localhost/app:test", "localhost/curl:test"
REDIS_URL = "redis://%s:6379" % paths.GATEWAY
STREAMS, ADMIN = 8080, 9090
CORE = "/api/v1/namespaces/" + NAMESPACE


def build_app():
    """A static program."""
    path = os.path.join(paths.WORK, "app")
    subprocess.run(["go", "build", "-o", path], check=True, cwd=os.path.join(paths.HERE, "app"),
                   env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false", "GOPROXY": "off"})
    return path


def chart_values(**more):
    """Values that all releases have; `more` replaces top-level keys."""
    return {"image": {"repository": "localhost/sidestream", "tag": "test", "pullPolicy": "Never"},
            "test": {"image": {"repository": "localhost/curl", "tag": "test", "pullPolicy": "Never"}},
            "minReadySeconds": 2, "topologySpread": "none",
            "resources": {"requests": {"cpu": "50m"}},  # ten pods find room on two cores
            **more}


class Stage:
    def __init__(self):
        self.node = node.Node()
        images.load(os.environ.get("SIDESTREAM_TEST_IMAGE") or images.of_program(
            SIDESTREAM, paths.BINARY, "/sidestream"))
        app = build_app()
        images.load(images.of_program(APP, app))
        images.load(images.of_program(CURL, app, "/usr/bin/curl"))
        self.redis, self.kafka = brokers.Redis(), brokers.Kafka()
        self.kafka.create("payments", 3)
        api.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE, "labels": {
            "pod-security.kubernetes.io/enforce": "restricted"}}})
        self.releases = {}

    def install(self, release, values, chart=paths.CHART):
        """Installs it where it isn't there yet, and waits until it is ready. Returns the seconds."""
        if release in self.releases:
            return self.releases[release]
        began = time.monotonic()
        helm.run("install", release, chart, "--namespace", NAMESPACE, "--wait", "--timeout", "60s", values=values)
        self.releases[release] = time.monotonic() - began
        return self.releases[release]

    def uninstall(self, release):
        helm.run("uninstall", release, "--namespace", NAMESPACE, "--wait", "--timeout", "60s")
        del self.releases[release]

    def state(self):
        """For whoever reads of a failure."""
        try:
            lines = ["%s %s %s" % (pod["metadata"]["name"], pod["status"].get("phase"), [
                (status["name"], status["restartCount"], status["state"]) for status in statuses(pod)])
                for pod in pods()]
            events = api.get(CORE + "/events")["items"]
            lines += [event["message"] for event in events if event["type"] == "Warning"][-8:]
        except (api.Refused, OSError) as trouble:
            lines = [str(trouble)]
        return "".join("\n  " + line for line in dict.fromkeys(lines)) + "\n  logs: " + paths.LOGS


def pods(release=None):
    """Those that are not being deleted."""
    selector = "?labelSelector=app.kubernetes.io/instance%%3D%s" % release if release else ""
    return [pod for pod in api.get(CORE + "/pods" + selector)["items"] if "deletionTimestamp" not in pod["metadata"]]


def statuses(pod):
    status = pod["status"]
    return status.get("initContainerStatuses", []) + status.get("containerStatuses", [])


def restarts(pod):
    return sum(status["restartCount"] for status in statuses(pod))


def ready(pod):
    return any(condition["type"] == "Ready" and condition["status"] == "True"
               for condition in pod["status"].get("conditions", []))


def request(address, port, method, path, body=None, seconds=10):
    """Status and body."""
    connection = http.client.HTTPConnection(address, port, timeout=seconds)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def series(address, name):
    """The values of a metric by their labels, as they are written."""
    text = request(address, ADMIN, "GET", "/metrics")[1].decode()
    found = (line.rsplit(" ", 1) for line in text.splitlines() if line.startswith((name + "{", name + " ")))
    return {labels[len(name):]: float(value) for labels, value in found}


def metric(address, name):
    """The sum of a metric's series."""
    return sum(series(address, name).values())
