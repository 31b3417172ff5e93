"""helm upgrade, rollback, test and uninstall."""

import api
import charts
import helm
import paths
import stage

# What controllers make for themselves.
TRANSIENT = {"events", "endpoints", "endpointslices", "pods", "replicasets", "controllerrevisions"}


def objects():
    """All that can be listed in the namespace, as kind/name, but for what comes and goes by itself."""
    found = set()
    groups = ["/api/v1"] + ["/apis/" + group["preferredVersion"]["groupVersion"]
                            for group in api.get("/apis")["groups"]]
    for group in groups:
        for kind in api.get(group)["resources"]:
            if kind["namespaced"] and "list" in kind["verbs"] and kind["name"] not in TRANSIENT:
                items = api.get("%s/namespaces/%s/%s" % (group, stage.NAMESPACE, kind["name"]))["items"]
                found |= {"%s/%s" % (kind["name"], item["metadata"]["name"]) for item in items}
    return found


def heartbeat():
    """As the release's file says it."""
    text = api.get("%s/configmaps/%s" % (stage.CORE, charts.service("life")))["data"]["sidestream.yaml"]
    return text.split("heartbeat: ")[1].split()[0]


def values(beat, url=""):
    made = charts.shop()
    made["config"]["server"] = {**made["config"]["server"], "heartbeat": beat}
    return {**made, "replicas": 1, "test": {**made["test"], "url": url}}


def run(verb, *arguments, **options):
    return helm.run(verb, "life", *arguments, "--namespace", stage.NAMESPACE, "--timeout", "60s", **options)


def installs_upgrades_and_rolls_back_a_release(cluster):
    before = objects()
    run("install", paths.CHART, "--wait", values=values("1s"))
    made = objects() - before
    first, = charts.addresses("life")
    assert heartbeat() == "1s"
    run("upgrade", paths.CHART, "--wait", values=values("2s", "http://%s:%d/readyz" % (first, stage.ADMIN)))
    assert heartbeat() == "2s"
    run("rollback", "1", "--wait")
    assert heartbeat() == "1s"
    api.wait("one address", lambda: len(charts.addresses("life")) == 1)
    address, = charts.addresses("life")
    run("upgrade", paths.CHART, "--wait", values=values("1s", "http://%s:%d/readyz" % (address, stage.ADMIN)))
    assert charts.addresses("life") == [address], "an upgrade that changes nothing of the pods replaced them"
    assert "Succeeded" in run("test"), "helm test"
    run("uninstall", "--wait")
    api.wait("the last pod's end", lambda: not api.get(
        stage.CORE + "/pods?labelSelector=app.kubernetes.io/instance%3Dlife")["items"])
    left = objects() - before
    assert not left, "left behind: %s" % sorted(left)
    return "four revisions, test succeeded; nothing is left of %d objects (%s)" % (len(made), ", ".join(sorted(made)))


TESTS = (installs_upgrades_and_rolls_back_a_release,)
