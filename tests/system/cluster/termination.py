"""The end of a pod with a native sidecar: whose hook and whose signal comes when, and what still works."""

import json
import threading
import time

import api
import charts
import listener
import stage

TOGETHER = 1.5   # seconds between the two hooks
REQUESTS = 0.1   # seconds between two requests to the app


class Log:
    """What a container says from now on: (moment, line)."""

    def __init__(self, pod, container):
        self.lines = []
        self.connection = api.connect(timeout=60)
        answer = api.open_answer(self.connection, "GET", "%s/pods/%s/log?container=%s&follow=true&sinceSeconds=1" % (
            stage.CORE, pod, container))
        self.thread = threading.Thread(target=self.read, args=(answer,), daemon=True)
        self.thread.start()

    def read(self, answer):
        while line := answer.readline():
            self.lines.append((time.monotonic(), line.decode().strip()))

    def moment(self, text):
        """When it said so."""
        moments = [moment for moment, line in self.lines if text in line]
        assert moments, "it never said %r: %s" % (text, [line for _, line in self.lines])
        return moments[0]


class Requests:
    """To the app, through the sidecar, one after the other: (moment, whether it was answered)."""

    def __init__(self, address):
        self.address, self.outcomes, self.stopping = address, [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stopping.wait(REQUESTS):
            moment = time.monotonic()
            try:
                answered = stage.request(self.address, stage.STREAMS, "GET", "/", seconds=3) == (200, b"the app\n")
            except OSError:
                answered = False
            self.outcomes.append((moment, answered))

    def stop(self):
        self.stopping.set()
        self.thread.join()


def gone(name):
    return name not in [pod["metadata"]["name"] for pod in api.get(stage.CORE + "/pods")["items"]]


def touch_config(pod):
    """Edits the ConfigMap to no effect, and waits until the pod has it: its `..data` is another folder then."""
    path = "%s/configmaps/%s" % (stage.CORE, charts.service(charts.BESIDE))
    text = api.get(path)["data"]["sidestream.yaml"] + "\n# edited\n"
    api.patch(path, {"data": {"sidestream.yaml": text}})
    mounted = "/var/lib/kubelet/pods/%s/volumes/kubernetes.io~configmap/sidestream-config/sidestream.yaml"

    def arrived():
        with open(mounted % pod["metadata"]["uid"]) as file:
            return file.read() == text
    api.wait("the edit in the pod", arrived)


def ends_hooks_app_and_sidecar_in_order(cluster):
    cluster.install(charts.BESIDE, charts.beside())
    (address,), (pod,) = charts.addresses(charts.BESIDE), stage.pods(charts.BESIDE)
    name = pod["metadata"]["name"]
    touch_config(pod)
    app, sidecar, requests = Log(name, "app"), Log(name, "sidestream"), Requests(address)
    with listener.Listener(address, "/events/orders") as orders:
        orders.wait_for("stream-open")
        time.sleep(1)
        began = time.monotonic()
        api.delete("%s/pods/%s" % (stage.CORE, name))
        orders.wait_for_end()
        api.wait("the pod's end", lambda: gone(name))
        took = time.monotonic() - began
    requests.stop()
    hooks = app.moment("preStop"), sidecar.moment('"draining"')
    assert abs(hooks[0] - hooks[1]) < TOGETHER, "the hooks are %.1f s apart" % (hooks[1] - hooks[0])
    signal, end, stopped = app.moment("SIGTERM"), app.moment("end"), sidecar.moment('"stopped"')
    assert max(hooks) < signal < end < stopped, (hooks, signal, end, stopped)
    unanswered = [moment for moment, answered in requests.outcomes if not answered and moment < end - REQUESTS]
    assert not unanswered, "%d requests failed before the app's end" % len(unanswered)
    last = max(moment for moment, answered in requests.outcomes if answered)
    (shutdown,) = orders.named("stream-shutdown")
    assert json.loads(shutdown.data)["reason"] == "drain" and shutdown.retry, shutdown
    assert hooks[1] < orders.ended < end, "the stream ended out of turn"
    return "seconds after the deletion: hooks %.1f and %.1f, the app's SIGTERM %.1f, the stream's end %.1f, last " \
        "answer of the app %.1f, its end %.1f, the sidecar's %.1f, the pod's %.1f" % (
            *(moment - began for moment in (*hooks, signal, orders.ended, last, end, stopped)), took)


def no_hook_failed(cluster):
    """In the whole run."""
    events = api.get(stage.CORE + "/events")["items"]
    hooks = [event["message"] for event in events if event["reason"] == "FailedPreStopHook"]
    ended = {event["involvedObject"]["name"] for event in events if event["reason"] == "Killing"}
    assert not hooks, "%d of %d pods: %s" % (len(hooks), len(ended), hooks[0])
    return "of %d pods that ended" % len(ended)


TESTS = (ends_hooks_app_and_sidecar_in_order, no_hook_failed)
