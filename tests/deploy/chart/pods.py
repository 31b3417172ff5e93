"""What every pod must have: one container for all modes, the restricted profile, probes, drain, resources."""

import os
import re
import tempfile

import tools
from tools import yaml


def pods():
    for chart, name, path in tools.all_cases():
        for document in tools.objects(tools.render(chart, path)):
            pod = tools.pod_spec(document)
            if pod:
                yield "%s %s" % (chart, name), document, pod


def container_of(chart, values):
    """Sidestream's container of a render with these values, without the mark of a native sidecar."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(values, file)
        file.flush()
        for document in tools.objects(tools.render(chart, file.name)):
            container, native = tools.sidestream_of(tools.pod_spec(document) or {})
            if container:
                policy = container.pop("restartPolicy", None)
                return container, native, policy, tools.pod_spec(document)["volumes"]
    raise AssertionError("no container")


def one_container():
    """Stand-alone, native and classic sidecar, in our own chart and in another's: the same container."""
    with open(dict(tools.cases())["redis-tls"]) as file:
        values = yaml.safe_load(file)
    del values["replicas"]
    values["extraVolumes"], values["extraVolumeMounts"] = [{"name": "v", "emptyDir": {}}], [{"name": "v", "mountPath": "/v"}]
    app = {"containers": [{"name": "app", "image": "app"}]}
    alone = container_of("sidestream", {**values, "mode": "standalone"})
    others = {
        "native sidecar": container_of("sidestream", {**values, "mode": "sidecar", "app": app}),
        "native sidecar of another chart": container_of("shop", {"sidecar": "native", "sidestream": values}),
        "classic sidecar of another chart": container_of("shop", {"sidecar": "classic", "sidestream": values}),
    }
    for name, other in others.items():
        if (alone[0], alone[3]) != (other[0], other[3]):
            yield "%s: %s is not %s" % (name, other, alone)
        if other[1] != ("native" in name) or other[2] != ("Always" if other[1] else None):
            yield "%s: native %s, restartPolicy %s" % (name, other[1], other[2])


def restricted():
    for where, document, pod in pods():
        where += " " + document["kind"]
        if pod.get("automountServiceAccountToken") is not False or pod.get("enableServiceLinks") is not False:
            yield where + ": token or service links are on"
        context = pod["securityContext"]
        if not context["runAsNonRoot"] or context["seccompProfile"] != {"type": "RuntimeDefault"}:
            yield where + ": pod security context %s" % context
        if any(set(volume) & {"hostPath", "nfs"} for volume in pod.get("volumes", [])):
            yield where + ": a volume that the restricted profile refuses"
        for container in [tools.sidestream_of(pod)[0]] if document["kind"] == "Deployment" else pod["containers"]:
            context = container["securityContext"]
            if (context["allowPrivilegeEscalation"], context["capabilities"], context["readOnlyRootFilesystem"],
                    context["runAsNonRoot"], context["seccompProfile"]) != (False, {"drop": ["ALL"]}, True, True,
                                                                          {"type": "RuntimeDefault"}):
                yield where + ": container security context %s" % context
            if not isinstance(context["runAsUser"], int) or context["runAsUser"] < 10000:
                yield where + ": user %s" % context["runAsUser"]
            if not container["resources"]["limits"].get("memory") or not container["resources"]["requests"].get("memory"):
                yield where + ": no memory request or limit"


def probes_and_drain():
    for where, document, pod in pods():
        container, _ = tools.sidestream_of(pod)
        if not container:
            continue
        admin = {port["name"]: port["containerPort"] for port in container["ports"]}["admin"]
        scheme = {"scheme": "HTTPS"} if tools.has_tls(container, "admin") else {}
        for probe, path in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
            if container[probe]["httpGet"] != {"path": path, "port": admin, **scheme}:
                yield "%s: %s asks %s" % (where, probe, container[probe]["httpGet"])
        hook = container["lifecycle"]["preStop"]["exec"]["command"]
        if hook != ["/sidestream", "--drain", "--config", "/etc/sidestream/sidestream.yaml"]:
            yield "%s: preStop is %s" % (where, hook)
        if container["args"][:2] != hook[2:]:
            yield "%s: the drain asks for another configuration than %s" % (where, container["args"])
        mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
        if "subPath" in mounts["/etc/sidestream"] or not mounts["/etc/sidestream"]["readOnly"]:
            yield where + ": the configuration is mounted so that changes don't arrive"
        if "classic" in where and "restartPolicy" in container:
            yield where + ": a classic sidecar with a restartPolicy"


def rollout():
    for where, document, pod in pods():
        if document["kind"] != "Deployment" or where.startswith("shop"):
            continue
        spec = document["spec"]
        if spec["strategy"] not in ({"type": "Recreate"},
                                    {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}):
            yield "%s: %s" % (where, spec["strategy"])
        if spec["progressDeadlineSeconds"] <= pod["terminationGracePeriodSeconds"] + spec["minReadySeconds"]:
            yield where + ": a rollout counts as failed before one pod has drained"


KAFKA = 'config={"connectors":{"e":{"kafka":{"bootstrap.servers":"k"}}},"topics":{"t":{"from":"e","topic":"t"}}}'


def annotations(*settings):
    """The pods' annotations."""
    for document in tools.objects(tools.render("sidestream", settings=settings)):
        if document["kind"] == "Deployment":
            return document["spec"]["template"]["metadata"]["annotations"]


def only_what_is_not_reloaded_replaces_pods():
    # The keys that a reload keeps as they were, as the program tells them in /readyz.
    with open(os.path.join(tools.ROOT, "sidecar", "app", "reload", "config_loader.cpp")) as file:
        kept = set(re.findall(r'"server\.(\w+)"', file.read()))
    with open(os.path.join(tools.CHART, "templates", "_config.tpl")) as file:
        ours = set(re.findall(r'"(\w+)"', re.search(r"\$fixed := pick (.*)", file.read()).group(1)))
    if not kept or kept != ours:
        yield "the program keeps %s, the chart has %s" % (sorted(kept), sorted(ours))
    if annotations(KAFKA) == annotations(KAFKA, "config.server.threads=4"):
        yield "other threads leave the pods as they are"
    for same in ('config.server.heartbeat="5s"', 'config.topics={"more":{"from":"e","topic":"t"}}',
                 'config.connectors.f={"redis":{"url":"redis://r"}}'):
        if annotations(KAFKA) != annotations(KAFKA, same):
            yield same + " replaces the pods, though it is reloaded"
    if annotations() == annotations('config={"connectors":{"l":{"embedded":{}}},"topics":{"t":{"from":"l"}}}'):
        yield "an embedded log leaves the pods as they are"
    text = tools.render("sidestream", dict(tools.cases())["existing-configmap"])
    if "checksum" in text:
        yield "a checksum of a ConfigMap that the chart doesn't know"


def tests():
    yield "pods: one container for all modes", one_container
    yield "pods: restricted", restricted
    yield "pods: probes and drain", probes_and_drain
    yield "pods: rollout", rollout
    yield "pods: only what is not reloaded replaces them", only_what_is_not_reloaded_replaces_pods
