"""Sidestream itself takes every configuration that the chart renders, and the notes' curl works on it."""

import functools
import os
import re
import subprocess
import tempfile

import tools
from loopback import BINARY, free_ports, request
from processes import Sidestream
from sse import Stream


def configuration(chart, path):
    for document in tools.objects(tools.render(chart, path)):
        if document["kind"] == "ConfigMap" and "sidestream.yaml" in document["data"]:
            return document["data"]["sidestream.yaml"]
    return None


@functools.lru_cache(maxsize=None)
def certificate_and_key():
    with tempfile.TemporaryDirectory() as folder:
        paths = os.path.join(folder, "ca.crt"), os.path.join(folder, "key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                        "/CN=test", "-keyout", paths[1], "-out", paths[0]], check=True, capture_output=True)
        return tuple(open(path).read() for path in paths)


def content_of(reference):
    certificate, key = certificate_and_key()
    return certificate if reference.endswith(".crt") else key if reference.endswith("tls.key") else "secret\n"


def checked(text):
    """What `sidestream --check` has against a configuration, with secrets and variables as in the pod."""
    with tempfile.TemporaryDirectory() as folder:
        for reference in set(re.findall(r"/run/(?:secrets/sidestream|tls)/[\w./-]+", text)):
            path = folder + reference
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(content_of(reference))
        path = os.path.join(folder, "sidestream.yaml")
        with open(path, "w") as file:
            text = re.sub("/run/(secrets/sidestream|tls)/", folder + r"/run/\1/", text)
            file.write(text.replace("/var/lib/sidestream", folder))
        done = subprocess.run([BINARY, "--check", "--config", path], capture_output=True, text=True,
                              env={**os.environ, "REDIS_PASSWORD": "secret", "REGION": "eu",
                                   "PUBLISHER_SECRET": "s" * 32})
    return done.returncode, done.stdout + done.stderr


def good(chart, name, path):
    text = configuration(chart, path)
    status, said = checked(text) if text else (0, "")
    if status or not text and name != "existing-configmap":
        yield said or "there is no configuration"


def check_finds():
    text = configuration("sidestream", dict(tools.cases())["kafka-tls"])
    status, said = checked(text.replace("topic: shop.orders", "topik: shop.orders"))
    if status != 2 or "topik" not in said:
        yield "--check says %d: %s" % (status, said)


def scaling_metric():
    with open(os.path.join(tools.CHART, "values.yaml")) as file:
        return tools.yaml.safe_load(file)["autoscaling"]["metric"]


def notes():
    """The curl of the notes, played on the demo that a release without values runs; and what the autoscaler goes by."""
    done = tools.run(tools.program("helm4"), "install", "rel", tools.CHART, "--dry-run=client")
    text = done.stdout.partition("\nNOTES:\n")[2]
    paths = re.findall(r"curl (--no-buffer|--data '[^']*')? ?http://localhost:(\d+)(/\S+)", text)
    if [port for _, port, _ in paths] != ["8080", "8080", "9090"]:
        yield "the notes are: " + text + done.stderr
        return
    streams, admin = free_ports(2)
    text = configuration("sidestream", dict(tools.cases())["default"])
    text = text.replace("[::]:8080", "127.0.0.1:%d" % streams).replace("[::]:9090", "127.0.0.1:%d" % admin)
    (_, _, stream), (_, _, publish), (_, _, topics) = paths
    with Sidestream(text, admin):
        with Stream(streams, stream) as reader:
            reader.wait_for("stream-open")
            status, said = request(streams, "POST", publish, "hello")
            if status != 201 or '"id"' not in said:
                yield "%s: %d %s" % (publish, status, said)
            reader.wait_for_data("hello")
        status, said = request(admin, "GET", topics)
        if status != 200 or '"demo"' not in said:
            yield "%s: %d %s" % (topics, status, said)
        metric = scaling_metric()
        if "# TYPE %s gauge\n" % metric not in request(admin, "GET", "/metrics")[1]:
            yield "/metrics has no %s to scale by" % metric


def tests():
    for chart, name, path in tools.all_cases():
        yield "config %s %s" % (chart, name), lambda case=(chart, name, path): good(*case)
    yield "config check finds a misspelt key", check_finds
    yield "config: the notes' curl works", notes
