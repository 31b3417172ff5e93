"""An edit of the ConfigMap reaches the running pods: the topic that changed ends its streams, others stay open."""

import json
import time

import api
import charts
import helm
import listener
import paths
import stage

SECONDS = 30  # the kubelet's sync, and the 2 s that Sidestream takes
WINDOW = 3    # streams that a reload ends do so within a second


def config_map():
    return "%s/configmaps/%s" % (stage.CORE, charts.service(charts.SHOP))


def edit(old, new):
    """In the file. Returns what it was."""
    before = api.get(config_map())["data"]["sidestream.yaml"]
    assert old in before, before
    write(before.replace(old, new))
    return before


def write(text):
    api.patch(config_map(), {"data": {"sidestream.yaml": text}})


def config_state(address):
    status, body = stage.request(address, stage.ADMIN, "GET", "/readyz")
    assert status == 200, "/readyz: %d %r" % (status, body)
    return json.loads(body)["config"]


def reloads(address):
    return stage.metric(address, "sidestream_config_reloads_total")


def publish(address, number):
    assert stage.request(address, stage.STREAMS, "POST", "/events/alerts", str(number))[0] == 201


def keeps_the_pods_when_a_topic_changes(cluster):
    """What reload takes over is no reason for a rollout."""
    cluster.install(charts.SHOP, charts.shop())
    pods = [pod["metadata"]["name"] for pod in stage.pods(charts.SHOP)]
    address = charts.addresses(charts.SHOP)[0]
    values = charts.shop()
    values["config"]["topics"]["alerts"]["stream"] = "upgraded"
    with listener.Listener(address, "/events/numbers") as numbers, \
            listener.Listener(address, "/events/alerts") as alerts:
        numbers.wait_for("stream-open")
        alerts.wait_for("stream-open")
        upgraded = time.monotonic()
        helm.run("upgrade", charts.SHOP, paths.CHART, "--namespace", stage.NAMESPACE, "--wait", values=values)
        alerts.wait_for_end(SECONDS)
        time.sleep(WINDOW)
        assert not numbers.ended, "the stream of the other topic ended"
    assert pods == [pod["metadata"]["name"] for pod in stage.pods(charts.SHOP)], "pods were replaced"
    helm.run("rollback", charts.SHOP, "--namespace", stage.NAMESPACE, "--wait")
    return "the topic's streams ended %.1f s after the upgrade began; the other topic's stayed" % (
        alerts.ended - upgraded)


def reloads_one_topic(cluster):
    cluster.install(charts.SHOP, charts.shop())
    address, *others = charts.addresses(charts.SHOP)
    earlier = {other: reloads(other) for other in others}
    pods = [(pod["metadata"]["name"], stage.restarts(pod)) for pod in stage.pods(charts.SHOP)]
    with listener.Listener(address, "/events/numbers") as numbers, \
            listener.Listener(address, "/events/alerts") as alerts:
        numbers.wait_for("stream-open")
        alerts.wait_for("stream-open")
        before, edited = edit("stream: alerts", "stream: alarms"), time.monotonic()
        try:
            alerts.wait_for_end(SECONDS)
            time.sleep(WINDOW)
            shutdown = alerts.named("stream-shutdown")
            assert shutdown and json.loads(shutdown[0].data)["reason"] == "reload", alerts.events
            assert config_state(address)["status"] == "ok"
            for other in others:
                api.wait("the reload of each replica", lambda: reloads(other) > earlier[other], SECONDS)
            with listener.Listener(address, "/events/alerts?from=earliest") as alarms:
                cluster.redis.append("alarms", "one")
                alarms.wait("a record of the new stream", lambda: alarms.data() == ["one"])
            cluster.redis.append("numbers", "0")
            numbers.wait("a record on the stream that stays", lambda: numbers.data())
            assert not numbers.ended, "the stream of the other topic ended"
        finally:
            write(before)
    assert pods == [(pod["metadata"]["name"], stage.restarts(pod)) for pod in stage.pods(charts.SHOP)]
    return "its streams ended %.1f s after the edit; the other topic's stayed, no pod changed" % (
        alerts.ended - edited)


def keeps_the_configuration_after_a_bad_edit(cluster):
    cluster.install(charts.SHOP, charts.shop())
    address = charts.addresses(charts.SHOP)[0]
    api.wait("the good file", lambda: config_state(address)["status"] == "ok", SECONDS)
    with listener.Listener(address, "/events/alerts") as alerts:
        alerts.wait_for("stream-open")
        before, edited = edit("stream: alerts", "streem: alerts"), time.monotonic()
        try:
            failed = api.wait("the failure in /readyz", lambda: config_state(address)["status"] == "failed", SECONDS)
            took = time.monotonic() - edited
            assert failed and "streem" in json.dumps(config_state(address)["problems"]), config_state(address)
            assert stage.metric(address, "sidestream_config_last_reload_successful") == 0
            publish(address, 1)
            alerts.wait("a record", lambda: alerts.data())
            assert not alerts.ended, "the stream ended"
            assert all(map(stage.ready, stage.pods(charts.SHOP))), "a pod is not ready"
        finally:
            write(before)
        api.wait("the good file again", lambda: config_state(address)["status"] == "ok", SECONDS)
        assert not alerts.ended, "the stream ended"
    return "told in /readyz after %.1f s; ready, streams open" % took


# The upgrade first: Helm doesn't overwrite what others have edited.
TESTS = (keeps_the_pods_when_a_topic_changes, reloads_one_topic, keeps_the_configuration_after_a_bad_edit)
