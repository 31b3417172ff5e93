"""The Kubernetes API over HTTPS: what kubectl would do, without a process each time."""

import http.client
import json
import ssl
import time

import keys
import paths

SECONDS = 60


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__("%d %s" % (status, text))
        self.status = status


def connect(timeout=10):
    context = ssl.create_default_context(cafile=keys.path("ca.crt"))
    context.load_cert_chain(keys.path("admin.crt"), keys.path("admin.key"))
    return http.client.HTTPSConnection(*paths.API, timeout=timeout, context=context)


def open_answer(connection, method, path, body=None, kind="application/json"):
    connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind})
    answer = connection.getresponse()
    if answer.status >= 300:
        raise Refused(answer.status, answer.read().decode(errors="replace"))
    return answer


def request(method, path, body=None, kind="application/json"):
    connection = connect()
    try:
        text = open_answer(connection, method, path, body, kind).read()
    finally:
        connection.close()
    return text


def get(path):
    return json.loads(request("GET", path))


def create(path, body):
    return json.loads(request("POST", path, body))


def patch(path, body):
    """A merge: null removes, lists are replaced."""
    return json.loads(request("PATCH", path, body, "application/merge-patch+json"))


def delete(path):
    return json.loads(request("DELETE", path))


def answers(path):
    try:
        request("GET", path)
        return True
    except (Refused, OSError):
        return False


def wait(what, condition, seconds=SECONDS):
    """What the condition returned when it was true."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError("waited %d s for %s" % (seconds, what() if callable(what) else what))
        time.sleep(0.1)
