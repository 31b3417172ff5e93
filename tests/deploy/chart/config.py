"""Sidestream itself takes every configuration that the chart renders, and the notes' curl works on it."""

import functools
import http.client
import os
import re
import socket
import subprocess
import tempfile
import time

import tools

BINARY = os.environ.get("SIDESTREAM_BINARY") or os.path.join(tools.ROOT, "build", "release", "sidestream")


def configuration(chart, path):
    for document in tools.objects(tools.render(chart, path)):
        if document["kind"] == "ConfigMap" and "sidestream.yaml" in document["data"]:
            return document["data"]["sidestream.yaml"]
    return None


@functools.lru_cache(maxsize=None)
def authority():
    with tempfile.TemporaryDirectory() as folder:
        certificate = os.path.join(folder, "ca.crt")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                        "/CN=test", "-keyout", os.path.join(folder, "key"), "-out", certificate], check=True, capture_output=True)
        with open(certificate) as file:
            return file.read()


def checked(text):
    """What `sidestream --check` has against a configuration, with secrets and variables as in the pod."""
    with tempfile.TemporaryDirectory() as folder:
        for reference in set(re.findall(r"/run/secrets/sidestream/[\w./-]+", text)):
            path = folder + reference
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(authority() if reference.endswith(".crt") else "secret\n")
        path = os.path.join(folder, "sidestream.yaml")
        with open(path, "w") as file:
            text = text.replace("/run/secrets/sidestream", folder + "/run/secrets/sidestream")
            file.write(text.replace("/var/lib/sidestream", folder))
        done = subprocess.run([BINARY, "--check", "--config", path], capture_output=True, text=True,
                              env={**os.environ, "REDIS_PASSWORD": "secret", "REGION": "eu"})
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


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def request(port, method, path, body=None, wanted=b""):
    """Status, and the answer up to the line with what is wanted."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body)
        answer, text = connection.getresponse(), b""
        while wanted not in text or not text:
            line = answer.readline()
            if not line:
                break
            text += line
        return answer.status, text
    finally:
        connection.close()


def wait_until_up(port):
    deadline = time.monotonic() + 30
    while True:
        try:
            return request(port, "GET", "/livez")
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


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
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sidestream.yaml")
        with open(path, "w") as file:
            text = configuration("sidestream", dict(tools.cases())["default"])
            file.write(text.replace("[::]:8080", "127.0.0.1:%d" % streams).replace("[::]:9090", "127.0.0.1:%d" % admin))
        with subprocess.Popen([BINARY, "--config", path], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as process:
            try:
                wait_until_up(admin)
                for (option, port, where), status, wanted in zip(
                        paths, (200, 201, 200), (b"event: stream-open", b'"id"', b'"demo"')):
                    found = request(streams if port == "8080" else admin, "POST" if "--data" in option else "GET", where,
                                    "hello" if "--data" in option else None, wanted)
                    if found[0] != status or wanted not in found[1]:
                        yield "%s %s: %s" % (option, where, found)
                metric = scaling_metric()
                if ("# TYPE %s gauge\n" % metric).encode() not in request(admin, "GET", "/metrics", wanted=b"\0")[1]:
                    yield "/metrics has no %s to scale by" % metric
            finally:
                process.kill()


def tests():
    for chart, name, path in tools.all_cases():
        yield "config %s %s" % (chart, name), lambda case=(chart, name, path): good(*case)
    yield "config check finds a misspelt key", check_finds
    yield "config: the notes' curl works", notes
