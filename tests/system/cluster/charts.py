"""The releases that the tests use, as values of the chart."""

import os

import crowd
import paths
import stage

EXAMPLE = os.path.join(paths.ROOT, "deploy", "examples", "shop")  # a chart that has ours as its library
SHOP, BESIDE, CLASSIC, LOAD = "shop", "beside", "classic", "load"
SERVER = {"drain_delay": "1s", "drain": "5s", "retry": "500ms..3s", "heartbeat": "1s"}
REDIS = {"cache": {"redis": {"url": stage.REDIS_URL}}}
RESTRICTED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True,
              "seccompProfile": {"type": "RuntimeDefault"}, "readOnlyRootFilesystem": True}


def shop():
    """Stand-alone: three replicas, two topics."""
    return stage.chart_values(
        replicas=3,
        config={"server": SERVER, "connectors": REDIS,
                "topics": {"numbers": {"from": "cache", "stream": "numbers"},
                           "alerts": {"from": "cache", "stream": "alerts", "publish": True}}})


def app_container():
    return {"name": "app", "image": stage.APP, "imagePullPolicy": "Never", "securityContext": RESTRICTED,
            "env": [{"name": "REDIS", "value": stage.REDIS_URL.removeprefix("redis://")}],
            "lifecycle": {"preStop": {"exec": {"command": ["/app", "prestop"]}}}}


def beside_app():
    """What Sidestream needs to stand in front of the app, as a sidecar of either kind."""
    return {"server": {**SERVER, "drain": "3s", "upstream": {"url": "http://127.0.0.1:8000"}},
            "connectors": {**REDIS, "events": {"kafka": {"bootstrap.servers": "%s:9092" % paths.GATEWAY}}},
            "topics": {"orders": {"from": "cache", "stream": "orders"},
                       "payments": {"from": "events", "topic": "payments", "publish": True}}}


def beside():
    """Native sidecar: in front of the app, Redis and Kafka behind it."""
    return stage.chart_values(mode="sidecar", config=beside_app(), app={"containers": [app_container()]})


def classic():
    """One more container of the pod of somebody else's chart."""
    config = {"server": {**SERVER, "upstream": {"url": "http://127.0.0.1:8000"}}, "connectors": REDIS,
              "topics": {"orders": {"from": "cache", "stream": "orders"}}}
    return {"sidecar": "classic", "image": stage.APP, "replicas": 1,
            "sidestream": stage.chart_values(config=config, metrics={"podMonitor": {"enabled": False}})}


def load():
    """Little memory and CPU. The probes are as patient as the chart has them, only oftener."""
    limits = {"cpu": "50m", "memory": "64Mi"}
    return stage.chart_values(
        resources={"requests": limits, "limits": limits},
        probes={name: {"periodSeconds": 1} for name in ("liveness", "readiness")},
        config={"server": SERVER, "connectors": REDIS,
                "topics": {"bulk": {"from": "cache", "stream": "bulk"}}})


def service(release):
    """The name of its objects."""
    return release + "-sidestream"


def addresses(release):
    return crowd.addresses(stage.NAMESPACE, service(release))
