"""Pods that go while 500 readers are connected: nobody loses a record, and they don't come back all at once."""

import time

import api
import brokers
import charts
import crowd
import helm
import paths
import stage

READERS = 500
PER_SECOND = 10
REPLICAS = 3


class Audience:
    """The readers, and a writer that goes on until all is over."""

    def __init__(self, cluster):
        self.crowd = crowd.Crowd(stage.NAMESPACE, charts.service(charts.SHOP), "/events/numbers", READERS)
        self.redis, self.writer = cluster.redis, None

    def __enter__(self):
        self.redis.call(["DEL", "numbers"])
        self.writer = brokers.Writer(self.redis, "numbers", PER_SECOND)
        self.crowd.wait_connected()
        self.began = time.monotonic()
        return self

    def __exit__(self, *_):
        self.writer.stop()
        self.crowd.stop()

    def judge(self, leaving):
        """What was measured, once each reader has seen the last record; so many at least must have come again."""
        last = self.writer.stop()
        self.crowd.wait_for(last)
        opened, peak = self.crowd.opened_since(self.began)
        assert opened >= leaving, "only %d came again: the pods that went had no readers" % opened
        return "%d readers, %d records, none lost or repeated; %d reconnects, at most %d in a second; ends: %s; " \
            "at last by pod: %s" % (READERS, last + 1, opened, peak, dict(self.crowd.ends),
                                    sorted(self.crowd.spread().values()))


def settled(old):
    """Whether none of the old pods is left, and all new ones are ready."""
    pods = api.get(stage.CORE + "/pods?labelSelector=app.kubernetes.io/instance%3D" + charts.SHOP)["items"]
    names = {pod["metadata"]["name"] for pod in pods}
    return len(names) == REPLICAS and not names & set(old) and all(map(stage.ready, pods))


def names():
    return [pod["metadata"]["name"] for pod in stage.pods(charts.SHOP)]


def loses_nothing_when_a_pod_is_deleted(cluster):
    cluster.install(charts.SHOP, charts.shop())
    with Audience(cluster) as audience:
        (gone, *_) = names()
        api.delete("%s/pods/%s" % (stage.CORE, gone))
        api.wait("three ready pods again", lambda: settled([gone]))
        took = time.monotonic() - audience.began
        return "%s; replaced after %.1f s" % (audience.judge(READERS / REPLICAS / 2), took)


def loses_nothing_in_a_rolling_upgrade(cluster):
    cluster.install(charts.SHOP, charts.shop())
    with Audience(cluster) as audience:
        old = names()
        helm.run("upgrade", charts.SHOP, paths.CHART, "--namespace", stage.NAMESPACE, "--wait", "--timeout", "120s",
                 values={**charts.shop(), "podAnnotations": {"rollout": "2"}})
        api.wait("only new pods", lambda: settled(old))
        took = time.monotonic() - audience.began
        return "%s; %d pods replaced in %.1f s" % (audience.judge(READERS), REPLICAS, took)


def evict(name):
    """As whoever empties a node does. Whether it was allowed."""
    try:
        api.create("%s/pods/%s/eviction" % (stage.CORE, name), {
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}})
    except api.Refused as refused:
        assert refused.status == 429, refused
        return False
    return True


def evicts_one_pod_at_a_time(cluster):
    cluster.install(charts.SHOP, charts.shop())
    api.wait("three ready pods", lambda: settled([]))
    old, began = names(), time.monotonic()
    budget = "/apis/policy/v1/namespaces/%s/poddisruptionbudgets/%s" % (stage.NAMESPACE, charts.service(charts.SHOP))
    api.wait("the budget's count", lambda: api.get(budget)["status"].get("disruptionsAllowed") == 1)
    assert evict(old[0]), "none may be evicted"
    assert not evict(old[1]), "two were evicted at once"
    api.wait("three ready pods again", lambda: settled(old[:1]))
    api.wait("the second's turn", lambda: evict(old[1]))
    api.wait("three ready pods again", lambda: settled(old[:2]))
    return "two pods replaced in %.1f s, the second only when the first was" % (time.monotonic() - began)


TESTS = (loses_nothing_when_a_pod_is_deleted, loses_nothing_in_a_rolling_upgrade, evicts_one_pod_at_a_time)
