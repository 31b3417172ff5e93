"""A password in a Secret that changes: the pod takes the new one without a restart, and its streams go on."""

import base64
import time

import api
import charts
import listener
import stage

SECONDS = 30
RELEASE, SECRET, USER = "secured", "redis-login", "reader"
OLD, NEW = "the-old-one", "the-new-one"


def secured():
    connector = {"redis": {"url": stage.REDIS_URL, "username": USER,
                           "password": "file:/run/secrets/sidestream/%s/password" % SECRET}}
    return stage.chart_values(
        secrets=[{"name": SECRET}],
        config={"server": charts.SERVER, "connectors": {"guarded": connector},
                "topics": {"secrets": {"from": "guarded", "stream": "secrets"}}})


def set_password(cluster, text):
    cluster.redis.call(["ACL", "SETUSER", USER, "reset", "on", ">" + text, "~*", "&*", "+@all"])


def encoded(text):
    return {"data": {"password": base64.b64encode(text.encode()).decode()}}


def uses_a_rotated_password(cluster):
    set_password(cluster, OLD)
    path = stage.CORE + "/secrets"
    api.create(path, {"metadata": {"name": SECRET}, **encoded(OLD)})
    cluster.install(RELEASE, secured())
    (address,), pods = charts.addresses(RELEASE), stage.pods(RELEASE)
    with listener.Listener(address, "/events/secrets") as stream:
        stream.wait_for("stream-open")
        cluster.redis.append("secrets", "0")
        stream.wait("a record with the old password", lambda: stream.data() == ["0"])
        set_password(cluster, NEW)
        cluster.redis.call(["CLIENT", "KILL", "USER", USER])
        rotated = time.monotonic()
        api.patch("%s/%s" % (path, SECRET), encoded(NEW))
        cluster.redis.append("secrets", "1")
        stream.wait("a record with the new password", lambda: stream.data() == ["0", "1"], SECONDS)
        took = time.monotonic() - rotated
        assert not stream.ended, "the stream ended"
    (pod,) = stage.pods(RELEASE)
    assert pod["metadata"]["name"] == pods[0]["metadata"]["name"] and stage.restarts(pod) == 0, "the pod changed"
    cluster.uninstall(RELEASE)
    return "%.1f s after the Secret changed; the stream stayed, no pod changed" % took


TESTS = (uses_a_rotated_password,)
